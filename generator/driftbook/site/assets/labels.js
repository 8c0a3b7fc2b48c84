// Fills the labels of an alert, which its link carries as `?region=eu-west-2`, into the page.
//
// What the address says comes from anyone. So only labels that the alert can have are looked at,
// values are put on the page as text, and each place has its own rule for what may be filled in.
(function () {
  "use strict";
  var ladder = document.querySelector(".db-ladder[data-identity]");
  if (!ladder) return;
  var LONGEST = 256;
  var COMMAND = /^[A-Za-z0-9_.,:\/@%+=][A-Za-z0-9_.,:\/@%+=-]*$/;
  var PLACEHOLDER = /<([A-Za-z_][A-Za-z0-9_]*)>/g;
  var OPEN = /%3C([A-Za-z_][A-Za-z0-9_]*)%3E/g; // a placeholder in an address
  var ADDRESS = /^(https?:\/\/[^\/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i;
  var DOTS = /^(\.|%2e){1,2}$/i; // a step up, also when it is encoded
  var PLAIN = /^[\p{L}\p{N}_.:-]+$/u;
  var main = document.querySelector(".md-content") || document.body;
  var identity = words(ladder.dataset.identity);
  var asked = new URLSearchParams(location.search);
  var labels = new Map();
  identity.concat(words(ladder.dataset.external)).forEach(function (name) {
    var value = asked.get(name);
    if (value) labels.set(name, value);
  });
  window.driftbook = { labels: labels, alert: ladder.dataset.alert };
  if (!labels.size) {
    delete document.documentElement.dataset.asked;
    return;
  }

  tell();
  main.querySelectorAll("code.db-label").forEach(inProse);
  main.querySelectorAll("code:not(.db-label)").forEach(function (code) {
    if (!code.closest("details")) inCode(code);
  });
  main.querySelectorAll("a[href]").forEach(inLink);

  function words(text) {
    return (text || "").split(" ").filter(Boolean);
  }

  // One line of bounded length, without characters that turn text around.
  function shown(value) {
    var line = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
    return line.length > LONGEST ? line.slice(0, LONGEST) + "…" : line;
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function tell() {
    var said = element("p", "db-labels");
    said.setAttribute("role", "status");
    said.append("Filled in from the alert: ");
    labels.forEach(function (value, name) {
      said.append(name + " ", element("strong", "", shown(value)), ", ");
    });
    said.lastChild.textContent = ". ";
    var clear = element("a", "", "Clear");
    clear.href = location.pathname + location.hash;
    said.append(clear);
    ladder.after(said);
  }

  function inProse(code) {
    var value = labels.get(code.textContent);
    if (!value) return;
    code.textContent = shown(value);
    code.classList.add("db-filled");
  }

  // A kind of code -> the value as it may stand at this place, or null where it may not.
  function fitting(kind, value, before) {
    if (kind === "promql") return inQuotes(before) ? promql(value, before) : null;
    if (kind === "text") return shown(value);
    return value.length <= LONGEST && COMMAND.test(value) ? value : null;
  }

  function inQuotes(before) {
    var line = before.slice(before.lastIndexOf("\n") + 1).replace(/\\./g, "");
    return (line.match(/"/g) || []).length % 2 === 1;
  }

  // A value between double quotes; after =~ also what a regular expression would read.
  function promql(value, before) {
    var regex = /[=!]~\s*"[^"]*$/.test(before);
    return quoted(regex ? value.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&") : value);
  }

  function quoted(value) {
    return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
  }

  function kindOf(code) {
    var named = (code.className + " " + code.parentNode.className).match(/language-(\w+)/);
    return named ? named[1] : "sh";
  }

  function inCode(code) {
    var text = code.textContent;
    var kind = kindOf(code);
    if (text.trim() === signal()) {
      code.textContent = narrowed(text);
      return;
    }
    var parts = [], left = [], from = 0;
    text.replace(PLACEHOLDER, function (all, name, at) {
      var value = labels.get(name);
      if (!value) return;
      var fit = fitting(kind, value, text.slice(0, at));
      if (fit === null) {
        left.push(name);
        return;
      }
      parts.push(text.slice(from, at), element("mark", "db-filled", fit));
      from = at + all.length;
    });
    if (parts.length) code.replaceChildren.apply(code, parts.concat(text.slice(from)));
    if (left.length) explain(code, left);
  }

  function explain(code, names) {
    var why = names.join(" and ") + " is not filled in: a shell or a query could misread its value.";
    var block = code.closest("pre") || code;
    block.after(element(block === code ? "em" : "p", "db-unfilled", " " + why));
  }

  function signal() {
    return 'drift:signal{invariant="' + ladder.dataset.invariant + '"}';
  }

  function matchers(names) {
    return names
      .filter(function (name) { return labels.has(name); })
      .map(function (name) { return name + '="' + quoted(labels.get(name)) + '"'; });
  }

  // The recorded series of this invariant, for the place that the alert is about.
  function narrowed(query) {
    var more = matchers(identity);
    if (!more.length) return query;
    return query.replace(/(drift:[a-z_:]+\{invariant="[^"]*")/g, function (found) {
      return found + "," + more.join(",");
    });
  }

  function encoded(value) {
    return encodeURIComponent(value).replace(/[!'()*]/g, function (sign) {
      return "%" + sign.charCodeAt(0).toString(16).toUpperCase();
    });
  }

  // Part of an address with its labels, or null where one is unknown or does not fit.
  // narrow: only what no language that the part may be written in could misread.
  function part(text, narrow) {
    var fits = true;
    var made = text.replace(OPEN, function (all, name) {
      var value = labels.get(name);
      fits = fits && !!value && value.length <= LONGEST && (!narrow || PLAIN.test(value));
      return fits ? encoded(value) : "";
    });
    return fits ? made : null;
  }

  // `name=<region>` and no more takes any value; a query in a parameter is a language of its own.
  function parameter(text) {
    return part(text, text.replace(/^[^=]*=/, "").replace(/^%3C\w+%3E$/, "").search(OPEN) >= 0);
  }

  // An address with labels: never in its host, never to another one. A parameter that lacks a label
  // is left out; null where the path lacks one.
  function filledIn(address) {
    var parts = address.search(OPEN) < 0 ? null : ADDRESS.exec(address);
    if (!parts || parts[1].search(OPEN) >= 0) return null;
    var path = parts[2].split("/").map(function (segment) { return part(segment, false); });
    if (path.some(function (segment) { return segment === null || DOTS.test(segment); })) return null;
    var query = (parts[3] || "?").slice(1).split("&").map(parameter).filter(Boolean).join("&");
    var made = parts[1] + path.join("/") + (query ? "?" + query : "") + (parameter(parts[4] || "") || "");
    var url = new URL(made);
    return url.origin === new URL(parts[1]).origin && /^https?:$/.test(url.protocol) ? made : null;
  }

  function inLink(link) {
    var href = link.getAttribute("href");
    if (href.includes("g0.expr=")) {
      href = href.replace(/g0\.expr=([^&#]*)/, function (all, query) {
        return "g0.expr=" + encodeURIComponent(narrowed(decodeURIComponent(query)));
      });
    } else if (/#\/(alerts|silences\/new)\?filter=/.test(href)) {
      href = href.replace(/filter=([^&]*)/, function (all, filter) {
        var own = decodeURIComponent(filter).slice(1, -1);
        var every = [own].concat(matchers(Array.from(labels.keys())));
        return "filter=" + encodeURIComponent("{" + every.join(",") + "}");
      });
    } else {
      href = filledIn(link.dataset.filled || href) || href;
    }
    if (href !== link.getAttribute("href")) link.setAttribute("href", href);
  }
})();
