"""Keep, teach and export the reader's own digits on chapter 14's page."""

import numpy as np
import pytest
from hands import in_page, said

from mnist_helpers import data, exchange, models, storage

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page

FILL = """
    const { prepare, Ink } = await load("drawing");
    const { sample } = await load("samples");
    const { writeOwn } = await load("own_digits");
    const digits = Array.from({ length: argument }, (_, k) => ({ label: k % 10,
      pixels: prepare(new Ink(sample(k % 10).map((stroke) =>
        stroke.map(([x, y]) => [x + 2 * Math.sin(k + y / 30), y]))).draw()) }));
    return [writeOwn(digits), digits.map(({ pixels }) => Array.from(pixels))];"""


def test_own_digits_are_kept_counted_and_forgotten(open_page):
    page = open_page()
    page.click('[data-own="4"]')
    assert page.inner_text(".pad-own-said") == "Draw a digit on the pad first."
    page.click('[data-sample="4"]')
    said(page, "This is a 4 ")
    page.click('[data-own="4"]')
    page.click('[data-own="9"]')  # a lie: it must count as misread
    assert "reads 1 of 2 (95 % interval 9 to 91 %)" in page.inner_text(".pad-own-said")
    (misread,) = page.locator(".pad-own .pad-misread").all_inner_texts()
    assert misread.strip() == "9, read as 4"
    assert page.is_disabled(".pad-teach")
    page.reload()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    assert page.locator(".pad-own li").count() == 2
    page.click(".pad-last")
    assert page.locator(".pad-own li").count() == 1
    page.click(".pad-all")
    assert "None of your digits is kept" in page.inner_text(".pad-own-said")


def test_own_digits_are_taught_and_read_by_the_package(open_page, tmp_path):
    page = open_page()
    page.set_default_timeout(180_000)
    kept, pixels = in_page(page, FILL, 23)
    assert kept
    page.reload()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    page.click(".pad-idx")
    page.click(".pad-teach")
    page.wait_for_function(
        "document.querySelector('.pad-own-said').textContent.startsWith('Of the others')"
    )
    assert page.inner_text(".pad-own-said").count("of 3 (95 % interval") == 2
    assert "of the taught, 20 of 20" in page.inner_text(".pad-own-said")
    assert page.is_enabled("[value=trained]")
    assert len(downloads) == 4
    for download in downloads:
        download.save_as(tmp_path / download.suggested_filename)
    (x_train, y_train), (x_test, y_test) = data.load_data(tmp_path)
    np.testing.assert_array_equal(
        np.concatenate([x_train, x_test]).reshape(23, -1), np.array(pixels)
    )
    np.testing.assert_array_equal([*y_train, *y_test], np.arange(23) % 10)


ANSWERS = """
    const { pad } = await load("digit_pad");
    const { buildNetwork } = await load("networks");
    const { layers, weights } = pad.trained();
    const network = buildNetwork(layers).load(weights);
    return argument.map((image) => Array.from(network.forward(Float32Array.from(image))));"""


@pytest.mark.parametrize("line", [None, "4C5S3-D.1-12"], ids=["the book's", "another"])
def test_a_fine_tuned_network_is_what_is_saved_and_kept(open_page, tmp_path, mnist, line):
    page, path = open_page(), tmp_path / "digits.safetensors"
    page.set_default_timeout(180_000)
    in_page(page, FILL, 21)
    page.reload()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    before = storage.load_network("digit_pad")
    if line:
        before = models.from_notation(line, "tanh", seed=1)
        exchange.write_page_network(before, line, path, "tanh")
        page.set_input_files(".pad-file", path)
        page.wait_for_function("!document.querySelector('[value=trained]').disabled")
        page.check("[value=trained]")
    page.click(".pad-teach")
    page.wait_for_function(
        "document.querySelector('.pad-own-said').textContent.startsWith('Of the others')"
    )
    assert "yours (fine-tuned below)" in page.inner_text(".pad-choice")
    with page.expect_download() as download:
        page.click(".pad-save")
    download.value.save_as(path)
    images = data.prepare_images(mnist[1][0][:20])
    shares = exchange.read_page_network(path).predict(images, verbose=0)

    def used():
        """Give the page's probabilities, those of the pad last."""
        page.check("[value=trained]")
        page.click('[data-sample="3"]')
        said(page, "This is|Perhaps")
        script = "const { pad } = await load('digit_pad'); return [...pad.prepared];"
        pixels = in_page(page, script)
        behind = in_page(page, "return (await load('digit_pad')).pad.probabilities;")
        drawn = np.array(pixels, np.float32).reshape(1, 28, 28, 1) / 255
        np.testing.assert_allclose(
            exchange.read_page_network(path).predict(drawn, verbose=0)[0], behind, atol=1e-5
        )
        scores = np.array(in_page(page, ANSWERS, images.reshape(20, -1).tolist()))
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return powers / powers.sum(1, keepdims=True)

    np.testing.assert_allclose(used(), shares, atol=1e-5)
    assert not np.allclose(before.predict(images, verbose=0), shares, atol=1e-5)
    page.click(".pad-keep")
    page.reload()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    page.click(".pad-kept")
    expected = "or train it further" if line else "too large to be trained further here"
    assert expected in page.inner_text(".pad-milestone")
    np.testing.assert_allclose(used(), shares, atol=1e-5)


@pytest.mark.parametrize("kept", ["{", "7", '[{"label": 3}]', '[{"label": 3, "pixels": "?"}]'])
def test_what_is_none_of_ours_is_left_out(pad, kept):
    found = in_page(
        pad,
        """
        const { readOwn } = await load("own_digits");
        localStorage.setItem("ten-digits: own digits", argument);
        try { return readOwn(); } finally { localStorage.clear(); }""",
        kept,
    )
    assert found == []
