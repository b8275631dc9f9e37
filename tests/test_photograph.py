"""From a photograph to an image: what is found in it, and what is refused."""

import example_photograph
import numpy as np
import pytest
from checks import memory_below, refuses
from PIL import Image

from mnist_helpers import photograph
from mnist_helpers.drawing import prepare_drawing


def taken(digit, generator, scale=12, shadow=0.4, noise=0.03):
    """Photograph a digit: grey ink on paper with a shadow from one side, and noise."""
    side = 28 * scale
    ink = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)) / 255
    paper = 0.9 - shadow * np.linspace(0, 1, side) * np.ones((side, 1))
    return (paper * (1 - 0.7 * ink) + generator.normal(0, noise, ink.shape)).clip(0, 1)


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist[1][0][:20]


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_photographed_digit_is_nearly_the_digit(digits, light_on_dark):
    generator = np.random.default_rng(17)
    for digit in digits:
        grey = taken(digit, generator)
        image = photograph.prepare_photograph(1 - grey if light_on_dark else grey).image
        placed = prepare_drawing(digit)  # the ends of thin strokes may be lost, and move all
        alike = np.corrcoef(image.ravel(), placed.ravel())[0, 1]
        assert alike > 0.8
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) == 19


def test_a_shadow_and_specks_change_next_to_nothing(digits):
    generator = np.random.default_rng(17)
    clean = photograph.prepare_photograph(taken(digits[0], generator, shadow=0, noise=0))
    dirty = taken(digits[0], generator, shadow=0.5)
    dirty[5:9, 5:9] = 0  # a crumb in the corner
    dirty = photograph.prepare_photograph(dirty)
    assert not dirty.ink[:20, :20].any()
    assert np.corrcoef(clean.image.ravel(), dirty.image.ravel())[0, 1] > 0.95


def test_a_large_photograph_is_scaled_down_first():
    grey = np.full((3000, 2000), 0.9)
    grey[1000:2000, 950:1050] = 0.1
    prepared = photograph.prepare_photograph(grey)
    assert prepared.grey.shape == prepared.paper.shape == prepared.ink.shape == (560, 373)
    rows, columns = np.nonzero(prepared.image)
    assert (np.ptp(rows), np.ptp(columns)) == (19, 1)


@pytest.mark.parametrize("level", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_paper_without_ink_is_refused(level):
    grey = np.full((100, 100), level)
    with refuses("no ink was found: expected strokes that are clearly darker"):
        photograph.prepare_photograph(grey)
    for seed in range(20):  # by chance half of the noisy sheets look like light ink on dark paper
        noisy = grey + np.random.default_rng(seed).normal(0, 0.02, grey.shape)
        with refuses("no ink was found"):
            photograph.prepare_photograph(noisy.clip(0, 1))


@pytest.mark.parametrize("darkest", [0.6, 0.4, 0.2, 0.1])
@pytest.mark.parametrize("shape", [(400, 1), (1, 300)])
def test_light_that_fades_is_no_ink(darkest, shape):
    fading = np.linspace(1, darkest, max(shape)).reshape(shape) * np.ones((400, 300))
    with refuses("no ink was found|all that is dark reaches the edge"):
        photograph.prepare_photograph(fading)


@pytest.mark.parametrize("paper", [0.3, 0.4, 0.5, 0.9])
def test_a_glint_does_not_turn_dark_paper_into_ink(digits, paper):
    ink = np.asarray(Image.fromarray(digits[0]).resize((336, 336), Image.Resampling.BICUBIC)) / 255
    plain = paper * (1 - 0.7 * ink)
    shiny = plain.copy()
    shiny[2, 2] = 1.0
    images = [photograph.prepare_photograph(grey).image.ravel() for grey in (plain, shiny)]
    assert np.corrcoef(*images)[0, 1] > 0.95


@pytest.mark.parametrize(("share", "found"), [(0.1, False), (0.25, True)])
def test_ink_has_to_be_clearly_darker_than_paper(share, found):
    grey = np.full((90, 60), 0.9)
    grey[20:70, 28:34] *= 1 - share
    if found:
        assert photograph.prepare_photograph(grey).image.max() > 200
    else:
        with refuses("no ink was found"):
            photograph.prepare_photograph(grey)


def test_a_picture_is_shrunk_by_means_and_left_as_it_was():
    grey = np.full((1120, 1120), 0.9)
    grey[400:700:2, 500:600] = 0.1  # a grid that is finer than what is kept: grey
    before = grey.copy()
    prepared = photograph.prepare_photograph(grey)
    assert np.allclose(prepared.grey[210:340, 255:295], 0.5)
    small = grey[300:800:2, 300:800:2].copy()
    photograph.prepare_photograph(small).grey[:] = 0
    assert (grey == before).all() and small.max() > 0


def test_a_small_file_that_unfolds_to_gigabytes_is_refused_before_it_does(tmp_path):
    Image.new("1", (8000, 8000)).save(tmp_path / "vast.png")
    assert (tmp_path / "vast.png").stat().st_size < 20_000
    with memory_below(2**24), refuses("it has 8000 × 8000 pixels; expected 50000000 at most"):
        photograph.read_photograph(tmp_path / "vast.png")


def test_a_format_whose_reader_runs_a_program_is_not_read(tmp_path):
    (tmp_path / "a.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EOF\n")
    with refuses("a.png holds no picture that Pillow can read"):
        photograph.read_photograph(tmp_path / "a.png")


def test_what_is_no_photograph_is_refused():
    with refuses(r"the picture has shape \(100, 20\); expected \(height, width\), 28 at least"):
        photograph.prepare_photograph(np.ones((100, 20)))
    with refuses(r"the picture has shape \(100, 100, 3\)"):
        photograph.prepare_photograph(np.ones((100, 100, 3)))
    with refuses("grey values run from 0.0 to 255.0; expected 0 to 1"):
        photograph.prepare_photograph(np.linspace(0, 255, 10_000).reshape(100, 100))
    with refuses("grey values run from nan to nan"):
        photograph.prepare_photograph(np.full((100, 100), np.nan))


def test_files_are_read_upright_and_on_white(tmp_path):
    pixels = np.zeros((30, 40, 4), np.uint8)
    pixels[:, 20:] = (255, 0, 0, 255)  # red on the right, transparent on the left
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    grey = photograph.read_photograph(tmp_path / "clear.png")
    assert grey.shape == (30, 40)
    assert grey[0, 0] == 1 and grey[0, 39] == 0  # there is no green and no blue in red
    held = Image.Exif()
    held[0x0112] = 6  # the camera was turned by a quarter
    Image.new("L", (40, 30), 128).save(tmp_path / "turned.jpg", exif=held)
    assert photograph.read_photograph(tmp_path / "turned.jpg").shape == (40, 30)


def test_files_that_hold_no_picture_are_refused(tmp_path):
    with refuses("there is no file .*nothing.png", FileNotFoundError):
        photograph.read_photograph(tmp_path / "nothing.png")
    (tmp_path / "text.png").write_text("no picture", "utf-8")
    with refuses("text.png holds no picture that Pillow can read"):
        photograph.read_photograph(tmp_path / "text.png")
    Image.new("L", (400, 300)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with refuses("the picture in .*half.png cannot be read"):
        photograph.read_photograph(tmp_path / "half.png")


def test_damaged_pictures_are_refused_whatever_their_reader_raises(tmp_path):
    damaged = (  # a number stored as text, before the note that the camera was turned
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\0\0\x02\0\0\0\x04cam\0"
        b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    )
    Image.new("L", (40, 30), 128).save(tmp_path / "note.jpg", exif=damaged)
    with refuses("the picture in .*note.jpg cannot be read"):
        photograph.read_photograph(tmp_path / "note.jpg")
    noise = np.random.default_rng(0).integers(0, 256, (30, 40)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.png")
    content = (tmp_path / "whole.png").read_bytes()
    for cut in range(9, len(content) - 100, 97):
        (tmp_path / "cut.png").write_bytes(content[:cut])
        with refuses("cut.png"):
            photograph.read_photograph(tmp_path / "cut.png")


def test_the_rest_of_a_shadow_is_no_ink(digits):
    """A soft shadow that the estimate of the paper does not follow, as of a hand in a corner."""
    grey = taken(np.pad(digits[0], 14), np.random.default_rng(17), scale=8, noise=0.02)
    down, across = np.mgrid[: grey.shape[0], : grey.shape[1]] / grey.shape[0]
    grey *= 1 - 0.25 * np.exp(-((across - 1) ** 2 + (down - 1) ** 2) / 2 / 0.12**2)
    prepared = photograph.prepare_photograph(grey)
    assert not prepared.ink[-80:, -80:].any()
    alike = np.corrcoef(prepared.image.ravel(), prepare_drawing(digits[0]).ravel())[0, 1]
    assert alike > 0.8


def test_the_example_is_what_its_program_draws():
    with Image.open(example_photograph.FILE) as stored:
        assert stored.info["comment"].decode() == example_photograph.ABOUT
        difference = np.asarray(stored, float) - example_photograph.take()
    assert abs(difference).mean() < 5  # JPEG keeps no noise
    prepared = photograph.prepare_photograph(photograph.read_photograph(example_photograph.FILE))
    rows, columns = np.nonzero(prepared.image)
    assert np.ptp(rows) == 19 and np.ptp(columns) < 15


def test_deep_grey_values_are_kept_or_refused(tmp_path):
    pixels = np.full((30, 40), 40_000, np.uint16)
    pixels[10:20, 10:20] = 5_000
    Image.fromarray(pixels).save(tmp_path / "deep.png")
    grey = photograph.read_photograph(tmp_path / "deep.png")
    assert grey.max() == pytest.approx(40 / 65.535, abs=0.01)
    assert grey.min() == pytest.approx(5 / 65.535, abs=0.01)
    Image.fromarray(pixels).save(tmp_path / "clear.png", transparency=40_000)
    clear = photograph.read_photograph(tmp_path / "clear.png")
    assert clear[0, 0] == 1 and clear.min() == grey.min()
    Image.fromarray(pixels.astype(np.float32)).save(tmp_path / "float.tif")
    with refuses("float.tif stores its pixels as 32-bit numbers; expected 8 or 16 bits"):
        photograph.read_photograph(tmp_path / "float.tif")


def drawn(*places, shape=(300, 300), width=16, height=120):
    """Draw upright strokes on light paper, at these rows and columns."""
    grey = np.full(shape, 0.9)
    for top, left in places:
        grey[top : top + height, left : left + width] = 0.2
    return grey


def test_what_is_around_the_digit_is_left_out():
    plain = photograph.prepare_photograph(drawn((90, 140))).image
    for change in ("table", "frame", "ruled", "squared", "shadow"):
        grey = drawn((90, 140))
        if change == "table":
            grey[250:], grey[:, :30] = 0.15, 0.3
        if change == "frame":
            grey[:8] = grey[-8:] = grey[:, :8] = grey[:, -8:] = 0.02
        for line in range(10, 300, 33) if change in ("ruled", "squared") else ():
            grey[line : line + 2] = grey[line : line + 2].clip(0, 0.4)
            if change == "squared":
                grey[:, line : line + 2] = grey[:, line : line + 2].clip(0, 0.4)
        if change == "shadow":
            grey[:, 148:] *= 0.55  # its edge runs through the stroke
        image = photograph.prepare_photograph(grey).image
        assert np.corrcoef(image.ravel(), plain.ravel())[0, 1] > 0.9, change


@pytest.mark.parametrize("cut", [slice(90, 300), slice(0, 150)])
def test_a_digit_that_reaches_the_edge_is_refused(cut):
    for grey in (drawn((90, 140))[cut], 1 - drawn((90, 140))[cut]):
        with refuses("all that is dark reaches the edge of the picture: leave paper"):
            photograph.prepare_photograph(grey)


def test_several_digits_are_refused():
    for places in [
        ((90, 80), (90, 180)),
        ((20, 140), (160, 140)),
        ((90, 60), (90, 140), (90, 220)),
    ]:
        with refuses("more than one piece of writing was found: crop closer, to one digit"):
            photograph.prepare_photograph(drawn(*places))
    with refuses("more than one piece"):  # digits that touch are broader than one
        photograph.prepare_photograph(drawn((120, 60), width=120, height=16))


def test_a_blot_and_what_is_tiny_are_refused():
    down, across = np.mgrid[:300, :300] - 150
    with refuses("a blot was found and no stroke: crop closer to the digit"):
        photograph.prepare_photograph(np.where(np.hypot(down, across) < 40, 0.2, 0.9))
    with refuses(r"the digit is \d+ pixels high; expected 12: crop closer"):
        photograph.prepare_photograph(drawn((150, 150), width=3, height=9))


def test_coloured_ink_is_as_dark_as_its_darkest_colour(tmp_path):
    for paper, ink, expected in [
        ((250, 250, 250), (255, 220, 0), (250, 0)),  # yellow on white
        ((20, 30, 20), (250, 60, 20), (30, 250)),  # red chalk on a board
    ]:
        pixels = np.full((60, 60, 3), paper, np.uint8)
        pixels[20:40, 28:32] = ink
        Image.fromarray(pixels).save(tmp_path / "colours.png")
        grey = photograph.read_photograph(tmp_path / "colours.png")
        assert (round(255 * grey[0, 0]), round(255 * grey[30, 30])) == expected


@pytest.mark.parametrize(("ink", "behind"), [((0, 0, 0), 1), ((255, 255, 255), 0)])
def test_what_is_transparent_lies_behind_the_ink(tmp_path, ink, behind):
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 28:32] = (*ink, 255)
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    grey = photograph.read_photograph(tmp_path / "clear.png")
    assert grey[0, 0] == behind and grey[30, 30] == 1 - behind


def test_twelve_bits_in_sixteen_are_as_light_as_eight(tmp_path):
    pixels = np.full((30, 40), 4_000, np.uint16)
    pixels[10:20, 10:20] = 400
    Image.fromarray(pixels).save(tmp_path / "camera.tif")
    grey = photograph.read_photograph(tmp_path / "camera.tif")
    assert grey[0, 0] == pytest.approx(4_000 / 4_095, abs=0.01)
    assert grey[15, 15] == pytest.approx(400 / 4_095, abs=0.01)


def test_a_large_file_is_scaled_down_while_it_is_read(tmp_path):
    Image.new("RGB", (4000, 3000), "white").save(tmp_path / "large.jpg")
    with memory_below(2**25):
        grey = photograph.read_photograph(tmp_path / "large.jpg")
    assert max(grey.shape) <= photograph.KEPT and grey.shape[0] / grey.shape[1] == 0.75
