// Keeps the stage that the reader came for: the only one in view, and the lit rung of the ladder.
// It runs before the page is painted, so that nothing jumps; pages without a ladder ignore it.
(function () {
  "use strict";
  var STAGES = ["early", "mid", "late"];
  var root = document.documentElement;

  // The stage of the address, also of a step's own anchor; kept while one reads further down.
  function read() {
    var hash = location.hash.slice(1);
    var asked = root.dataset.stage ? "" : new URLSearchParams(location.search).get("stage");
    var found = STAGES.find(function (name) {
      return hash === name || hash.indexOf(name + "-") === 0;
    });
    if (!found && !hash && STAGES.indexOf(asked) >= 0) found = asked;
    if (found) root.dataset.stage = found;
  }

  function light() {
    document.querySelectorAll(".db-ladder a").forEach(function (rung) {
      var here = rung.getAttribute("href") === "#" + root.dataset.stage;
      if (here) rung.setAttribute("aria-current", "true");
      else rung.removeAttribute("aria-current");
    });
  }

  // Room for the line that tells which labels are filled in; the search adds `h` of its own.
  if (/[?&](?!h=|q=)\w+=./.test(location.search)) root.dataset.asked = "";
  read();
  document.addEventListener("DOMContentLoaded", light);
  addEventListener("hashchange", function () {
    read();
    light();
  });
})();
