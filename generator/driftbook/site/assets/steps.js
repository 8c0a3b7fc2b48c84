// Ticks steps off, and writes the text for the incident channel. What is ticked stays in this
// browser, apart for every place and stage.
(function () {
  "use strict";
  var ladder = document.querySelector(".db-ladder[data-alert]");
  if (!ladder) return;
  var STAGES = ["early", "mid", "late"];
  var PREFIX = "driftbook:";
  var MONTH = 30 * 24 * 3600 * 1000;
  var known = window.driftbook || { labels: new Map(), alert: "" };

  forget();
  STAGES.forEach(prepare);

  function key(name) {
    var where = Array.from(known.labels, function (pair) { return pair.join("="); });
    return PREFIX + [known.alert, name].concat(where.sort()).join(" ");
  }

  function load(at) {
    try {
      var found = JSON.parse(localStorage.getItem(at));
      return found && Array.isArray(found.done) ? found : { done: [], at: 0 };
    } catch (fault) {
      return { done: [], at: 0 };
    }
  }

  function save(at, state) {
    try {
      if (state.done.length) localStorage.setItem(at, JSON.stringify(state));
      else localStorage.removeItem(at);
    } catch (fault) {
      // Private windows keep nothing; the page works without.
    }
  }

  function forget() {
    try {
      Object.keys(localStorage).forEach(function (at) {
        if (at.indexOf(PREFIX) === 0 && Date.now() - load(at).at > MONTH) localStorage.removeItem(at);
      });
    } catch (fault) {
      // As above.
    }
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function prepare(name) {
    var steps = Array.from(document.querySelectorAll('.db-step[id^="' + name + '-"]'));
    if (!steps.length) return;
    var state = load(key(name));
    var boxes = steps.map(function (step, index) {
      var box = element("input", "db-tick");
      box.type = "checkbox";
      box.checked = state.done.indexOf(step.id) >= 0;
      box.setAttribute("aria-label", "Step " + (index + 1) + " is done");
      box.addEventListener("change", changed);
      step.closest("li").prepend(box);
      return box;
    });
    var since = element("span", "");
    var said = element("span", "");
    said.setAttribute("role", "status");
    var tools = element("div", "db-tools");
    var copy = button("Copy for the incident channel", function () {
      copied(text(name, steps, boxes), said, tools);
    });
    var reset = button("Start over", function () {
      boxes.forEach(function (box) { box.checked = false; });
      changed();
      boxes[0].focus();
    });
    tools.append(copy, reset, since, said);
    steps[0].closest("ol").after(tools);
    tell();

    function changed() {
      var ids = steps.filter(function (step, index) { return boxes[index].checked; });
      state = { done: ids.map(function (step) { return step.id; }), at: Date.now() };
      save(key(name), state);
      tell();
    }

    function tell() {
      var count = boxes.filter(function (box) { return box.checked; }).length;
      reset.hidden = !count;
      since.textContent = count
        ? count + " of " + boxes.length + " done, last at " + new Date(state.at).toLocaleString()
        : "";
    }
  }

  function button(label, action) {
    var made = element("button", "", label);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  function line(step) {
    var lead = step.closest("p") || step.closest("li");
    return lead.textContent.replace(/\s+/g, " ").trim();
  }

  function address(name) {
    var canonical = document.querySelector("link[rel=canonical]");
    var asked = new URLSearchParams();
    known.labels.forEach(function (value, label) { asked.set(label, value); });
    var base = (canonical ? canonical.href : location.href).split(/[?#]/)[0];
    var query = asked.toString();
    return base.replace(/index\.html$/, "") + (query ? "?" + query : "") + "#" + name;
  }

  function text(name, steps, boxes) {
    var where = Array.from(known.labels, function (pair) {
      return pair[0] + "=" + pair[1].replace(/\s+/g, " ");
    });
    return [known.alert + " (" + name + "): " + title()]
      .concat(where.length ? [where.join(", ")] : [])
      .concat(steps.map(function (step, index) {
        return (boxes[index].checked ? "[x] " : "[ ] ") + (index + 1) + ". " + line(step);
      }))
      .concat(address(name))
      .join("\n");
  }

  function title() {
    var heading = document.querySelector("h1");
    return heading ? heading.firstChild.textContent.trim() : document.title;
  }

  function copied(words, said, tools) {
    function done() { said.textContent = "Copied."; }
    function byHand() {
      var area = tools.querySelector("textarea") || element("textarea");
      area.readOnly = true;
      area.value = words;
      area.setAttribute("aria-label", "Text for the incident channel");
      tools.append(area);
      area.focus();
      area.select();
      said.textContent = "Copy the text below.";
    }
    if (navigator.clipboard) navigator.clipboard.writeText(words).then(done, byHand);
    else byHand();
  }
})();
