/* Keeps a page of `driftbook site --serve` up to date. No built site has this script. */
(function () {
  "use strict";

  var me = document.currentScript;
  var STYLE =
    ":host{all:initial}" +
    "aside{position:fixed;inset:auto 0 0 0;z-index:100;box-sizing:border-box;max-height:50vh;" +
    "overflow:auto;padding:12px 16px;border-top:4px solid #b3261e;font:16px/1.5 system-ui,sans-serif;" +
    "background:#fff;color:#1f1f1f;box-shadow:0 -4px 16px rgb(0 0 0/.3)}" +
    "aside[hidden]{display:none}h2{margin:0;font-size:18px}ul{margin:8px 0 0;padding:0;list-style:none}" +
    "li{padding:8px 0;border-top:1px solid #8888}p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}" +
    "code{font:14px ui-monospace,monospace;overflow-wrap:anywhere}a{color:#0b5fa5}" +
    ".dark{background:#1b2127;color:#e8eaed}.dark a{color:#7cc0f5}" +
    "button{float:right;font:inherit;padding:2px 10px}";

  /* Elements are made by hand: what the catalog says is never read as HTML. */
  function make(tag, text, more) {
    var made = document.createElement(tag);
    if (text) made.textContent = text;
    for (var name in more || {}) made.setAttribute(name, more[name]);
    return made;
  }

  var host = make("div", "", { id: "driftbook-live" });
  var shadow = host.attachShadow({ mode: "open" });
  var panel = make("aside", "", { "aria-label": "Diagnostics", hidden: "", tabindex: "0" });
  var said = make("h2");
  var spoken = make("div", "", { role: "alert" }); // in place before there is anything to say
  var list = make("ul");
  var hide = make("button", "Hide", { type: "button" });
  hide.addEventListener("click", function () { panel.hidden = true; });
  spoken.append(said);
  panel.append(hide, spoken, list);
  shadow.append(make("style", STYLE), panel);
  document.body.append(host);

  function count(findings, severity) {
    var n = findings.filter(function (f) { return f.severity === severity; }).length;
    return n ? n + " " + severity + (n > 1 ? "s" : "") : "";
  }

  function line(finding) {
    var made = make("li");
    var head = make("p");
    head.append(finding.severity + " ");
    if (/^DB[0-9]{3}$/.test(finding.code)) {
      var guide = "/guide/reference/diagnostics.html#" + finding.code.toLowerCase();
      head.append(make("a", finding.code, { href: guide }), " ");
    }
    if (finding.file) {
      var place = [finding.file, finding.line, finding.column].filter(Boolean).join(":");
      head.append(make("code", place));
    }
    made.append(head, make("p", finding.message));
    if (finding.expected) made.append(make("p", "expected: " + finding.expected));
    return made;
  }

  function show(findings) {
    list.replaceChildren.apply(list, findings.map(line));
    panel.hidden = !findings.length;
    var dark = (document.body.getAttribute("data-md-color-scheme") || "") === "slate";
    panel.className = dark ? "dark" : "";
    var counts = ["error", "warning", "note"].map(function (severity) {
      return count(findings, severity);
    });
    var text = counts.filter(Boolean).join(", ") + ". This is the last good page.";
    said.textContent = findings.length ? text : "";
  }

  /* Hidden tabs listen to nothing: a browser allows a server few connections at a time. */
  var source = null;
  function listen() {
    if (document.hidden || source) return;
    var query = new URLSearchParams({ page: me.dataset.page, seen: me.dataset.seen });
    source = new EventSource("/~driftbook/events?" + query);
    source.addEventListener("message", function (event) {
      var told = JSON.parse(event.data);
      if (told.old) return location.reload();
      show(told.findings);
    });
  }
  function pause() {
    if (source) source.close();
    source = null;
  }
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) pause();
    else listen();
  });
  window.addEventListener("pagehide", pause);
  window.addEventListener("pageshow", listen);
  listen();
})();
