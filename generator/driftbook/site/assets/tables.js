// Tables that can be sorted and filtered. Without this script they are plain tables.
(function () {
  "use strict";

  var MANY = 8; // fewer rows than these are seen at a glance
  var SECONDS = { ms: 0.001, s: 1, min: 60, m: 60, h: 3600, d: 86400, w: 604800 };
  var STAGES = { early: 1, mid: 2, late: 3 };
  var TEXTS = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  var made = 0;

  // The number that a cell begins with, durations in seconds; NaN where it begins with none.
  function number(text) {
    var rest = text.replace(/^(over|under|at most|at least) /, "");
    var part = /^(-?\d+(?:\.\d+)?)\s*([a-z]*)/;
    var found = part.exec(rest);
    if (!found) return Object.hasOwn(STAGES, text) ? STAGES[text] : NaN;
    if (!Object.hasOwn(SECONDS, found[2])) return parseFloat(found[1]);
    var sum = 0;
    while (found && Object.hasOwn(SECONDS, found[2])) {
      sum += parseFloat(found[1]) * SECONDS[found[2]]; // 1h30m
      rest = rest.slice(found[0].length);
      found = part.exec(rest);
    }
    return sum;
  }

  // Numbers first, by size; then texts; what is empty comes last in either direction.
  function compared(a, b, turn) {
    if (!a.text || !b.text) return a.text ? -1 : b.text ? 1 : 0;
    var first = isNaN(a.number);
    if (first !== isNaN(b.number)) return first ? turn : -turn;
    var by = first ? TEXTS.compare(a.text, b.text) : a.number - b.number;
    return turn * (by || TEXTS.compare(a.text, b.text));
  }

  function sort(table, body, rows, column, turn) {
    var keyed = rows.map(function (row) {
      var cell = row.cells[column];
      var text = cell ? cell.textContent.trim().toLowerCase() : "";
      return { row: row, text: text, number: number(text) };
    });
    keyed.sort(function (a, b) { return compared(a, b, turn); });
    keyed.forEach(function (entry) { body.appendChild(entry.row); });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, index) {
      if (index === column) head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  }

  function addSorting(table, body, rows) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var label = head.textContent.trim();
      if (!label || head.querySelector("a")) return; // a link is no button
      var button = document.createElement("button");
      button.type = "button";
      button.className = "db-sort";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", function () {
        var turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        sort(table, body, rows, column, turn);
      });
    });
  }

  // A row is shown when it has every word, in any cell.
  function addFilter(table, rows, before) {
    var bar = document.createElement("div");
    var label = document.createElement("label");
    var input = document.createElement("input");
    var count = document.createElement("span");
    bar.className = "db-filter";
    input.type = "text";
    input.id = "db-filter-" + ++made;
    input.setAttribute("autocomplete", "off");
    input.setAttribute("spellcheck", "false");
    label.htmlFor = input.id;
    label.textContent = "Filter";
    count.setAttribute("role", "status");
    count.setAttribute("aria-live", "polite");
    count.textContent = rows.length + " rows";
    bar.append(label, input, count);
    var room = before.previousElementSibling;
    if (room && room.classList.contains("db-room")) room.appendChild(bar);
    else before.parentNode.insertBefore(bar, before);
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, index) {
        row.hidden = !words.every(function (word) { return texts[index].indexOf(word) >= 0; });
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = words.length ? shown + " of " + rows.length + " rows" : rows.length + " rows";
    });
    input.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !input.value) return;
      input.value = "";
      input.dispatchEvent(new Event("input"));
    });
  }

  // What scrolls sideways can be scrolled by keyboard, and says what it is.
  function nameScroller(table, scroller) {
    var title = heading(scroller);
    function update() {
      var wide = scroller.scrollWidth > scroller.clientWidth + 1;
      if (wide || scroller.scrollHeight > scroller.clientHeight + 1) {
        scroller.tabIndex = 0;
        scroller.setAttribute("role", "region");
        scroller.setAttribute("aria-label", "Table: " + title);
      } else {
        scroller.removeAttribute("tabindex");
        scroller.removeAttribute("role");
        scroller.removeAttribute("aria-label");
      }
    }
    update();
    if (window.ResizeObserver) new ResizeObserver(update).observe(scroller);
  }

  // Of the section that the element is in; some lie in a list that folds, or in the panel of a stage.
  function heading(element) {
    for (var at = element; at; at = at.previousElementSibling || at.parentElement) {
      if (/^H[1-6]$/.test(at.tagName)) return at.textContent.replace(/¶$/, "").trim();
    }
    return document.title;
  }

  function enhance(table) {
    var body = table.tBodies[0];
    if (!table.tHead || !body) return;
    var scroller = table.closest(".md-typeset__scrollwrap") || table;
    nameScroller(table, scroller);
    var rows = Array.prototype.slice.call(body.rows);
    if (rows.length <= MANY) return;
    addSorting(table, body, rows);
    addFilter(table, rows, scroller);
  }

  function start() {
    document.documentElement.dataset.whole = ""; // all rows are there
    document.querySelectorAll("main article table:not([class])").forEach(enhance);
  }

  // Material wraps tables when the document is ready; this comes after it.
  if (window.document$) window.document$.subscribe(start);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
