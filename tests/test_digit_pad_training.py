"""Train in chapter 14's page."""

import re

import pytest
from hands import in_page, said

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


def test_training_to_its_mark_pausing_and_drawing_against_it(open_page):
    requested = []
    page = open_page(lambda page: page.on("request", lambda r: requested.append(r.url)))
    assert not any("digits.safetensors" in url for url in requested)
    page.set_default_timeout(180_000)
    page.click(".pad-start")
    page.wait_for_selector('#digit-training[data-state="running"]')
    page.wait_for_function("/loss 0/.test(document.querySelector('.pad-progress').textContent)")
    page.click(".pad-start")
    assert page.inner_text(".pad-start") == "Go on"
    page.wait_for_timeout(2000)  # what is under way may end
    paused = page.inner_text(".pad-progress")
    page.wait_for_timeout(600)
    assert page.inner_text(".pad-progress") == paused
    page.click(".pad-start")
    page.wait_for_selector("#digit-training[data-mark-seconds]")
    assert "97 % reached after" in page.inner_text(".pad-milestone")
    accuracy = re.search(r"test accuracy ([\d.]+) %", page.inner_text(".pad-progress"))
    assert float(accuracy[1]) >= 90
    page.click(".pad-start")
    page.click(".pad-use")
    assert page.is_checked("[value=trained]")
    maps = page.locator('#digit-maps [role="group"] button').count()
    assert maps == 8 + 8 + 16 + 16 + 10
    right = 0
    for digit in range(10):
        page.click(".pad-clear")
        said(page, "The pad is empty")
        page.click(f'[data-sample="{digit}"]')
        said(page, "This is a|Perhaps a")
        right += page.locator(".pad-bars .pad-best").inner_text().startswith(str(digit))
    assert right >= 7
    page.click(".pad-reset")
    assert page.inner_text(".pad-start") == "Start training"
    assert "random again" in page.inner_text(".pad-milestone")
    assert page.is_checked("[value=digit_pad]")  # yours is no more
    assert page.is_disabled("[value=trained]")
    page.wait_for_function("document.querySelectorAll('#digit-maps section').length === 7")


def test_a_learning_rate_too_high_does_harm(open_page):
    page = open_page()
    page.set_default_timeout(120_000)
    page.select_option(".pad-rate", "0.1")
    page.click(".pad-start")
    page.wait_for_function(
        "/Epoch ([4-9]|\\d\\d)/.test(document.querySelector('.pad-progress').textContent)"
    )
    accuracy = re.search(r"test accuracy ([\d.]+) %", page.inner_text(".pad-progress"))
    assert float(accuracy[1]) < 80  # after four epochs, in which the usual rate comes near its mark
    assert page.locator("#digit-training[data-mark-seconds]").count() == 0


def test_leaving_while_training_ends_it(open_page, pad_address):
    page = open_page()
    page.click(".pad-start")
    page.wait_for_selector('#digit-training[data-state="running"]', timeout=60_000)
    assert len(page.workers) == 2  # one trains, one tests
    page.goto(pad_address.replace("book/draw.html", "genindex.html"))
    for _ in range(100):
        if not page.workers:
            break
        page.wait_for_timeout(100)
    assert not page.workers
    page.go_back()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    page.click('[data-sample="2"]')
    said(page, "This is a 2 ")
    assert page.inner_text(".pad-start") == "Start training"


def test_pausing_and_going_on_starts_no_second_loop(pad):
    """Ten loops at once would each report once more after the last pause."""
    after = in_page(
        pad,
        """
        const { loadManifest } = await load("safetensors");
        const here = new URL("../_static/", location);
        const { training, digits } = await loadManifest(new URL("digit_pad.json", here));
        const worker = new Worker(new URL("training_worker.js", here), { type: "module" });
        const events = [];
        const next = (event) => new Promise((resume) => {
          worker.onmessage = ({ data }) => {
            events.push(data.event);
            if (data.event === event) resume();
          };
        });
        worker.postMessage({ command: "start", optimizer: "adam", batch: 16, decay: 0,
          learningRate: 0.005, seed: 1,
          layers: training.layers, entry: digits, url: new URL(digits.file, here).href });
        await next("progress");
        for (let k = 0; k < 10; k++) {
          for (const command of ["pause", "resume"]) worker.postMessage({ command });
        }
        await next("progress");
        worker.postMessage({ command: "pause" });
        events.length = 0;
        await new Promise((resume) => setTimeout(resume, 3000));
        worker.terminate();
        return events.filter((event) => event === "progress").length;""",
    )
    assert after <= 2


def test_the_charts_axes_hold_what_is_drawn(pad):
    """A loss of 2.3 or an accuracy of 12 % must not be drawn at the border of a smaller chart."""
    for losses, accuracies in [([], []), ([2.32, 2.3], [0.121]), ([11.7, 0.2], [0.9, 0.97])]:
        tested = [{"loss": [9, 8, 14], "accuracy": [share, 0.1, 1]} for share in accuracies]
        found = in_page(
            pad,
            """
            const { axes } = await load("training");
            const [losses, tested] = argument;
            return axes(losses.map((loss, k) => [k, loss]),
              tested.map((test, epoch) => ({ epoch, test, train: test })));""",
            [losses, tested],
        )
        largest = max([0.5, *losses, *([14] * len(tested))])
        assert found["loss"]["from"] == 0
        assert largest <= found["loss"]["to"] <= 1.5 * largest
        assert found["accuracy"]["from"] <= (0.1 if tested else 0.8)
        assert found["accuracy"]["to"] == 1
