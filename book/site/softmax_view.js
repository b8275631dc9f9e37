// Softmax spelt out: from ten scores to ten shares of one.

import { signed } from "./stages.js";

export class SoftmaxView {
  constructor(container) {
    container.innerHTML = `<table class="pad-softmax"><thead><tr><th scope="col">Digit</th>
      <th scope="col">Score</th><th scope="col">minus the largest</th><th scope="col">exp of it</th>
      <th scope="col">divided by the sum</th></tr></thead><tbody></tbody></table><p></p>`;
    this.body = container.querySelector("tbody");
    this.text = container.querySelector("p");
    this.set(null);
  }

  // Show ten scores; without any, say so.
  set(scores) {
    this.body.parentElement.hidden = !scores;
    if (!scores) {
      this.text.textContent = "Draw a digit: here its ten scores become ten probabilities.";
      return;
    }
    const largest = Math.max(...scores);
    const powers = Array.from(scores, (score) => Math.exp(score - largest));
    const sum = powers.reduce((a, b) => a + b);
    this.body.innerHTML = powers.map((power, digit) => `<tr${scores[digit] === largest ? ' class="pad-best"' : ""}>
      <th scope="row">${digit}</th><td>${signed(scores[digit])}</td><td>${signed(scores[digit] - largest)}</td>
      <td>${number(power)}</td><td>${(100 * power / sum).toFixed(2)} %</td></tr>`).join("");
    this.text.textContent = `The powers add up to ${sum.toFixed(4)}; divided by it, they add up to 1.`;
  }
}

// Small numbers with their power of ten.
function number(value) {
  if (value >= 0.0005) return value.toFixed(4);
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits} · 10${[...power].map((letter) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(letter)]).join("")}`;
}
