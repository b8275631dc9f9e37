"""The slides show what the chapters show, fit the screen, and ask no other host."""

import nbformat
import preview
import pytest
import slides

# Of sphinx-revealjs 3.2, whose bounds allow the Sphinx that is installed.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx90Warning")


@pytest.fixture(scope="module")
def chapters(root):
    """Name two chapters: one whose summary is a table, and one with formulas in a list."""
    return [root / "notebooks" / f"{name}.ipynb" for name in ("06_open_questions", "10_optimizers")]


@pytest.fixture(scope="module")
def pages(chapters, tmp_path_factory):
    """Build their slides."""
    folder = tmp_path_factory.mktemp("slides")
    slides.write(folder, chapters)
    return folder


def test_promises_figures_and_findings_are_slides(pages, chapters, browser):
    asked = []
    with preview.serve(pages) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(str(error)))
        for chapter in chapters:
            notebook = nbformat.read(chapter, as_version=4)
            expected = [figure for cell in notebook.cells for figure in slides.figures(cell)]
            page.goto(f"{address}/{chapter.stem}.html")
            page.wait_for_function("window.Reveal && Reveal.isReady()")
            titles = page.locator(".slides h2").all_text_contents()
            assert titles[0].startswith("After this chapter you can")
            assert sum(title.startswith("What we have seen") for title in titles) >= 4
            shown = page.locator(".slides img").evaluate_all("all => all.map(one => one.alt)")
            assert shown == [alt for _, alt, _ in expected] and len(shown) >= 3
            for number in range(page.evaluate("Reveal.getTotalSlides()")):
                page.evaluate(f"Reveal.slide({number})")
                tall = page.evaluate("Reveal.getCurrentSlide().scrollHeight")
                assert tall <= slides.SETTINGS["revealjs_script_conf"]["height"], (chapter, number)
        page.close()
    assert all(each.startswith((address, "data:", "blob:")) for each in asked), asked


def test_the_first_page_leads_to_every_chapter(pages, chapters):
    text = (pages / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{chapter.stem}.html"' in text for chapter in chapters)
    assert (pages / "_static" / "slides.css").read_text(encoding="utf-8") == slides.STYLE
