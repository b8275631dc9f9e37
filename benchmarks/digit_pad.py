"""How fast the digit pad is, in headless Chromium: prediction, start, size and training.

    python -m benchmarks.digit_pad        measures all four and prints them as JSON

- ``digit_pad_prediction_ms``: from the pen's last points to probabilities and every map drawn, in
  the page: the 99th percentile of a round of drawings, samples and a scribble of a thousand points.
- ``digit_pad_ready_ms``: from the request of the page to a pad that can be drawn on, over a local
  server, nothing cached.
- ``digit_pad_payload_kb``: all that the page and its theme load before training starts, as
  transferred; text is compressed, as web hosts do.
- ``digit_pad_training_s``: from random weights to 97 % on 2,000 test digits, tests included.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "book"))
import preview

ROUNDS, PREDICTIONS, STARTS, TRAININGS = 5, 200, 11, 5
TARGETS = {
    "digit_pad_prediction_ms": ("ms", 16, "lower"),
    "digit_pad_ready_ms": ("ms", 800, "lower"),
    "digit_pad_payload_kb": ("kB", 1000, "lower"),
    "digit_pad_training_s": ("s", 10, "lower"),
}


def measure(names=tuple(TARGETS)):
    """Measure some of the four.

    Returns a dict from name to the repeated measurements.
    """
    measured = {}
    with tempfile.TemporaryDirectory() as folder, preview.browser() as browser:
        html = preview.build("draw", Path(folder, "page"))
        with preview.serve(html) as plain, preview.serve(html, compress=True) as compressed:
            if "digit_pad_ready_ms" in names:
                measured["digit_pad_ready_ms"] = [ready(browser, plain) for _ in range(STARTS)]
            if "digit_pad_prediction_ms" in names:
                measured["digit_pad_prediction_ms"] = predictions(browser, plain)
            if "digit_pad_payload_kb" in names:
                measured["digit_pad_payload_kb"] = [payload(browser, compressed)]
            if "digit_pad_training_s" in names:
                measured["digit_pad_training_s"] = [
                    training(browser, plain) for _ in range(TRAININGS)
                ]
    return measured


def opened(browser, address):
    """Open the page in a fresh profile, and wait until it can be drawn on."""
    page = browser.new_context().new_page()
    page.goto(f"{address}/book/draw.html", wait_until="commit")
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    return page


def ready(browser, address):
    """Milliseconds from the request to a pad that can be drawn on."""
    page = opened(browser, address)
    milliseconds = page.evaluate("performance.getEntriesByName('digit-pad-ready')[0].startTime")
    page.context.close()
    return milliseconds


def predictions(browser, address):
    """Milliseconds that one prediction in a hundred exceeds, all maps drawn, of each round."""
    page = opened(browser, address)
    rounds = page.evaluate(
        """async ([rounds, count]) => {
          const { pad } = await import(new URL("../_static/digit_pad.js", location).href);
          const { seeded } = await import(new URL("../_static/network.js", location).href);
          const { onPad } = await import(new URL("../_static/drawing.js", location).href);
          const frame = () => new Promise((resume) => requestAnimationFrame(resume));
          const random = seeded(1);
          const round = async () => {
            const values = [];
            const predict = (work) => {
              const began = performance.now();
              work();
              pad.predict();
              values.push(performance.now() - began);
            };
            for (let k = 0; k < count / 2; k++) {
              document.querySelector(`[data-sample="${k % 10}"]`).click();
              predict(() => {});
              await frame();
            }
            pad.canvas.replace([]);
            let [x, y] = [140, 140];
            pad.canvas.begin([x, y]);
            for (let k = 0; k < count / 2; k++) { // a frame's ten points at a time
              predict(() => {
                for (let point = 0; point < 10; point++) {
                  [x, y] = onPad([x + 60 * (random() - 0.5), y + 60 * (random() - 0.5)]);
                  pad.canvas.moveTo([x, y]);
                }
              });
              await frame();
            }
            pad.canvas.lift();
            return values;
          };
          await round(); // the first is for the compiler
          const measured = [];
          for (let k = 0; k < rounds; k++) measured.push(await round());
          return measured;
        }""",
        [ROUNDS, PREDICTIONS],
    )
    page.context.close()
    return [statistics.quantiles(values, n=100)[-1] for values in rounds]


def payload(browser, address):
    """Kilobytes (of 1,000) that travel until the pad can be drawn on and the page rests."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{address}/book/draw.html", wait_until="networkidle")
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    page.click('[data-sample="5"]')
    page.wait_for_timeout(500)
    context.close()
    return sum(sizes) / 1000


def training(browser, address):
    """Seconds of one training to its mark, as the worker counts them."""
    page = opened(browser, address)
    page.click(".pad-start")
    page.wait_for_selector("#digit-training[data-mark-seconds]", timeout=300_000)
    seconds = float(page.get_attribute("#digit-training", "data-mark-seconds"))
    page.context.close()
    return seconds


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
