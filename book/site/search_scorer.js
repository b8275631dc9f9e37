// How results of the search are ordered: Sphinx's own scores, and more for the words as one asks.
var Scorer = {
  score: ([docname, title, anchor, descr, score]) => {
    const asked = (new URLSearchParams(location.search).get("q") ?? "").trim().toLowerCase();
    return score + (asked.length > 3 && title.toLowerCase().includes(asked) ? 30 : 0)
      - (docname === "book/api" ? 10 : 0);
  },
  objNameMatch: 11, objPartialMatch: 6, objPrio: { 0: 15, 1: 5, 2: -5 }, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};
