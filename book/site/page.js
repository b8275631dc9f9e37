// What every page needs: print it whole and light, scroll wide figures by keyboard, explain words,
// and search for the thing when the question is "what is …?".

// ---- printing: light, with everything open ------------------------------------------------

const root = document.documentElement;
let before = null;

addEventListener("beforeprint", () => {
  const closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((each) => { each.open = true; });
  before = { closed, theme: root.dataset.theme };
  root.dataset.theme = "light";
});

addEventListener("afterprint", () => {
  before?.closed.forEach((each) => { each.open = false; });
  if (before) root.dataset.theme = before.theme;
  before = null;
});

// ---- figures that are wider than a phone ---------------------------------------------------

const scrollable = () => document.querySelectorAll("figure.ten-digits").forEach((figure) => {
  if (figure.scrollWidth > figure.clientWidth + 1) figure.tabIndex = 0;
  else figure.removeAttribute("tabindex");
});
addEventListener("load", scrollable);
addEventListener("resize", scrollable);

// ---- words of the glossary -----------------------------------------------------------------

const tip = Object.assign(document.createElement("div"),
  { id: "term-tip", className: "term-tip", role: "tooltip", hidden: true });

function explain(term) {
  tip.textContent = term.dataset.tip;
  tip.hidden = false;
  const word = term.getClientRects()[0], room = root.clientWidth - 16;
  tip.style.maxWidth = `${Math.min(room, 400)}px`;
  const left = Math.max(Math.min(word.left, root.clientWidth - tip.offsetWidth - 8), 8);
  const under = word.bottom + tip.offsetHeight + 8 < innerHeight;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${scrollY + (under ? word.bottom + 4 : word.top - tip.offsetHeight - 4)}px`;
  term.setAttribute("aria-describedby", tip.id);
}

function silence() {
  if (tip.matches(":hover")) return; // one may point at the explanation, too
  tip.hidden = true;
  document.querySelector("a.term[aria-describedby]")?.removeAttribute("aria-describedby");
}

const terms = document.querySelectorAll("a.term");
if (terms.length) document.body.append(tip);
terms.forEach((term) => {
  for (const name of ["pointerenter", "focus"]) term.addEventListener(name, () => explain(term));
  for (const name of ["pointerleave", "blur"]) term.addEventListener(name, () => setTimeout(silence, 100));
});
tip.addEventListener("pointerleave", silence);
addEventListener("keydown", (event) => {
  if (event.key === "Escape") tip.hidden = true;
});

// ---- search --------------------------------------------------------------------------------

if (typeof Search !== "undefined") {
  const search = Search.performSearch;
  Search.performSearch = (query) => search(query
    .replace(/[?!.]+\s*$/, "").replace(/^\s*(?:what|who) (?:is|are|was|does) (?:an? |the )?/i, ""));
}
