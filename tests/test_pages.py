"""What readers do with a page: print it, read it on a phone or at night, follow links, search."""

import re
from urllib.parse import quote

import pytest
from checks import PHONE, opened

pytestmark = pytest.mark.xdist_group("book")
A4 = {"width": 680, "height": 960}  # what the margins leave of it


# ---- paper ---------------------------------------------------------------------------------


PRINTED = ["notebooks/03_training", "notebooks/10_optimizers", "book/api", "book/check_yourself"]


@pytest.mark.parametrize("name", PRINTED)
def test_print_is_light_whole_and_open(browser, address, name):
    with opened(browser, f"{address}/{name}.html", viewport=A4, theme="dark") as (page, _, _):
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("html").get_attribute("data-theme") == "light"
        background = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(background) == "rgb(255, 255, 255)"
        assert page.locator("article details:not([open])").count() == 0
        cut = page.eval_on_selector_all(
            "article :is(pre, table, p, img, .output)",
            "all => all.filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1"
            " && getComputedStyle(e).overflowX !== 'visible').map(e => e.outerHTML.slice(0, 150))",
        )
        assert cut == []
        beyond = page.eval_on_selector_all(
            "article :is(pre, table, img)",
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 150))",
        )
        assert beyond == []
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert page.locator("details.solution[open]").count() == 0


def test_the_cheat_sheet_is_one_page(browser, address):
    with opened(browser, f"{address}/book/cheat_sheet.html") as (page, _, _):
        margin = dict.fromkeys(("top", "bottom", "left", "right"), "14mm")
        printed = page.pdf(format="A4", margin=margin)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


# ---- phones and the dark -------------------------------------------------------------------

TABLES = ["book/for_instructors", "book/run_times", "notebooks/10_optimizers"]


@pytest.mark.parametrize("name", TABLES)
def test_tables_scroll_and_break_no_word(browser, address, name):
    with opened(browser, f"{address}/{name}.html", viewport=PHONE) as (page, _, _):
        broken = page.evaluate("""() => {
          const found = [];
          for (const cell of document.querySelectorAll("article :is(td, th)")) {
            const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            for (let text; (text = walker.nextNode());) {
              if (text.parentElement.closest("mjx-container")) continue;
              for (const word of text.data.matchAll(/[\\p{L}\\d_]+/gu)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
                if (lines.size > 1) found.push(word[0]);
              }
            }
          }
          return found;
        }""")
        assert broken == []
        assert page.locator("article td").count() > 10


def test_the_index_fits_a_phone(browser, address):
    with opened(browser, f"{address}/genindex.html", viewport=PHONE) as (page, _, _):
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1] + 1, "the page scrolls sideways"


@pytest.mark.parametrize("name", ["notebooks/10_optimizers", "notebooks/17_last_errors"])
def test_the_labels_of_figures_can_be_read_on_a_phone(browser, address, name):
    """A figure's smallest labels are drawn for 720 pixels, at 9 points: 12.5 of them."""
    with opened(browser, f"{address}/{name}.html", viewport=PHONE) as (page, _, _):
        drawn = page.eval_on_selector_all(
            "figure.ten-digits img",
            "all => all.map(e => [e.getBoundingClientRect().width, parseFloat(e.style.width)])",
        )
        assert drawn
        for shown, width in drawn:
            assert 12.5 * shown / width >= 10, (shown, width)
        scrolling = page.locator("figure.ten-digits[tabindex='0']")
        assert scrolling.count() > 0  # by keyboard, too
        caption = page.locator("figure.ten-digits figcaption").first.bounding_box()
        assert caption["width"] <= PHONE["width"]


def test_figures_do_not_glare_in_the_dark(browser, address):
    with opened(browser, f"{address}/notebooks/10_optimizers.html", theme="dark") as (page, _, _):
        card = page.locator("figure.ten-digits").first
        style = "(e, name) => getComputedStyle(e)[name]"
        assert card.evaluate(style, "backgroundColor") == "rgb(29, 32, 38)"
        assert card.locator("img").evaluate(style, "filter") == "brightness(0.8)"


# ---- solutions, citations, words, search ---------------------------------------------------


def test_solutions_open_with_one_labelled_click(browser, address):
    with opened(browser, f"{address}/notebooks/02_model.html") as (page, _, _):
        solution = page.locator("details.solution").nth(1)
        assert solution.locator("summary").inner_text() == "Solution 2"
        code = solution.locator("div.cell_input pre")
        assert not code.is_visible()
        solution.locator("summary").click()
        assert code.is_visible() and solution.locator("p").first.is_visible()
        assert page.locator("details.solution details").count() == 0
        assert "Solution" not in "".join(page.locator(".page-toc").all_inner_texts())


def test_an_answer_opens_by_keyboard_and_says_whether_it_is_right(browser, address):
    with opened(browser, f"{address}/book/check_yourself.html") as (page, _, _):
        assert page.locator("article details[open]").count() == 0
        answers = page.locator("article details")
        reason = answers.first.locator("p")
        assert not reason.is_visible()
        answers.first.locator("summary").focus()
        page.keyboard.press("Enter")
        assert reason.is_visible() and reason.inner_text().startswith("No. ")
        page.keyboard.press("Tab")  # to the next answer, or to a word of the glossary before it
        assert page.locator(":focus").evaluate("e => Boolean(e.closest('details'))")
        said = page.locator("article details > p").all_text_contents()
        assert len(said) == answers.count() > 150
        assert {text.split(".")[0] for text in said} == {"No", "Right"}


def test_a_citation_leads_to_its_entry_and_back(browser, address):
    with opened(browser, f"{address}/notebooks/10_optimizers.html") as (page, _, errors):
        page.locator("article a[href$='bibliography.html#zeiler2012']").first.click()
        entry = page.locator("li", has=page.locator("a#zeiler2012"))
        assert "ADADELTA" in entry.inner_text()
        assert entry.locator("a[href='https://arxiv.org/abs/1212.5701']").count() == 1
        entry.get_by_role("link", name="10", exact=True).click()
        assert page.url.endswith("notebooks/10_optimizers.html#cite-zeiler2012")
        assert "Zeiler" in page.locator("#cite-zeiler2012").inner_text()
        assert errors == []


def test_a_word_shows_its_line_of_the_glossary(browser, address):
    with opened(browser, f"{address}/notebooks/05_evaluation.html") as (page, left, _):
        word = page.locator("a.term[href$='#term-calibration']")
        assert word.count() == 1  # the first use alone
        tip = page.get_by_role("tooltip")
        assert not tip.is_visible()
        word.focus()
        assert tip.inner_text().startswith("Whether probabilities mean what they say")
        page.keyboard.press("Escape")
        assert not tip.is_visible()
        word.hover()
        assert tip.is_visible()
        assert left == []


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("install", "index.html"),
        ("Colab", "index.html"),
        ("what is a convolution", "book/glossary.html#term-convolution"),
        ("overfitting", "book/glossary.html#term-overfitting"),
        ("why Adadelta", "notebooks/10_optimizers.html"),
        ("Adadelta", "book/glossary.html#term-Adadelta"),
    ],
)
def test_search_finds_the_right_page_first(browser, address, question, first):
    with opened(browser, f"{address}/search.html?q={quote(question)}") as (page, left, _):
        page.wait_for_selector("h2:text-is('Search Results')", state="attached")
        found = page.locator("#search-results li a").first.get_attribute("href")
        assert found.replace("?highlight=", "").split("?")[0].startswith(first), found
        assert left == []
