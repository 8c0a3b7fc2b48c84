/* "I was paged": from what someone pastes or types to the page of the alert, with its labels and at
   its stage; and the nearest names on the page for addresses that lead nowhere. Without this script
   the links beside it serve. */
(function () {
  "use strict";

  var base = new URL("..", document.currentScript.src);
  var box = document.querySelector(".db-paged");
  var lost = document.querySelector(".db-lost");
  if (!box && !lost) return;

  var loading = null;
  function script(name) {
    return new Promise(function (resolve, reject) {
      var made = document.createElement("script");
      made.src = new URL("assets/" + name, base).href;
      made.onload = resolve;
      made.onerror = reject;
      document.head.append(made);
    });
  }
  /* All alerts; fetched when someone asks, because few do. A script, since a page that is read
     from a disk may not fetch anything else. */
  function load() {
    loading = loading || Promise.all([script("alert-names.js"), script("alert-reading.js")]).then(
      function () { return window.driftbookReading.rows(window.driftbookAlerts); },
      function (fault) {
        loading = null; // the next key may have more luck
        throw fault;
      }
    );
    return loading;
  }

  function make(tag, more, text) {
    var made = document.createElement(tag);
    for (var name in more) made.setAttribute(name, more[name]);
    if (text) made.textContent = text;
    return made;
  }

  function address(entry) {
    var page = "invariants/" + entry.row.name + "/";
    var url = new URL(page + (base.protocol === "file:" ? "index.html" : ""), base);
    var query = new URLSearchParams(entry.labels).toString();
    url.search = query;
    url.hash = entry.stage;
    return url.href;
  }

  function note(row) {
    if (!row.retired) return row.stages.join(", ");
    return row.successor ? "retired; now " + row.successor : "retired";
  }

  /* Name, title and what else tells one from another, as elements. */
  function described(entry) {
    var old = entry.row.old.length ? ", before: " + entry.row.old.join(", ") : "";
    return [
      make("strong", {}, entry.row.alert),
      make("span", { class: "db-note" }, " " + note(entry.row) + old),
      make("span", { class: "db-title" }, entry.row.title),
    ];
  }

  /* ---- the box -------------------------------------------------------------------------- */

  function open() {
    var form = make("form", { class: "db-paged-form", autocomplete: "off" });
    var label = make("label", { for: "db-paged-input" }, "Paste the alert, or type its name");
    var input = make("input", {
      id: "db-paged-input", type: "text", role: "combobox", "aria-expanded": "false",
      "aria-controls": "db-paged-list", "aria-autocomplete": "list", "aria-describedby": "db-paged-hint",
      autocapitalize: "none", spellcheck: "false", enterkeyhint: "go",
    });
    var list = make("ul", { id: "db-paged-list", role: "listbox", "aria-label": "Alerts", hidden: "" });
    var hint = make("p", { id: "db-paged-hint" },
      "A name, a whole message, JSON, a label set or a link. What is pasted opens its page at once.");
    var status = make("p", { class: "db-paged-status", role: "status" });
    var row = make("div", { class: "db-paged-row" });
    row.append(input, make("button", { class: "md-button md-button--primary" }, "Open"), list);
    form.append(label, row, hint, status);

    var shown = [];
    var active = -1;
    var pasted = "";

    function choose(index) {
      active = index;
      Array.from(list.children).forEach(function (option, i) {
        option.setAttribute("aria-selected", String(i === index));
        if (i === index) option.scrollIntoView({ block: "nearest" });
      });
      if (index < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", "db-paged-" + index);
    }
    function show(entries) {
      shown = entries;
      list.replaceChildren.apply(list, entries.map(function (entry, i) {
        var option = make("li", { id: "db-paged-" + i, role: "option", "aria-selected": "false" });
        option.append.apply(option, described(entry));
        option.addEventListener("click", function () { go(entry); });
        return option;
      }));
      list.hidden = !entries.length;
      input.setAttribute("aria-expanded", String(entries.length > 0));
      choose(-1);
    }
    function go(entry) {
      show([]);
      location.assign(address(entry));
    }
    function say(text) { status.textContent = text; }
    function count(entries) {
      return entries.length === 1 ? "One alert" : entries.length + " alerts";
    }

    /* One alert opens, several are offered, and of none the nearest. */
    function take(text, final) {
      return load().then(function (all) {
        var found = window.driftbookReading.read(text, all);
        if (final && found.length === 1) return go(found[0]);
        var entries = found.length > 1 ? found : window.driftbookReading.near(text, all, 8);
        if (final && !found.length && entries.length) say("No alert has this name. The nearest:");
        else if (!text.trim()) say("");
        else say(entries.length ? count(entries) + " to choose from" : "No alert is like this.");
        show(entries);
      }, function () { say("The list of alerts cannot be loaded. See all invariants by name."); });
    }

    input.addEventListener("focus", function () { load().catch(function () {}); });
    input.addEventListener("input", function () {
      pasted = "";
      take(input.value, false);
    });
    /* An input drops the line breaks of what is pasted, and with them the ends of words. */
    input.addEventListener("paste", function (event) {
      var text = (event.clipboardData || { getData: String }).getData("text/plain");
      if (!text) return;
      event.preventDefault();
      pasted = text;
      input.value = text.replace(/\s+/g, " ").trim().slice(0, 2000);
      take(text, true);
    });
    input.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && shown.length) {
        event.preventDefault();
        // -1 is the input itself, which is between the last and the first.
        var places = shown.length + 1;
        choose(((active + 1 + step + places) % places) - 1);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show([]);
      }
    });
    input.addEventListener("blur", function () {
      setTimeout(function () { if (document.activeElement !== input) show([]); }, 200);
    });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (shown[active]) go(shown[active]);
      else if (input.value.trim()) take(pasted || input.value, true).then(function () { input.focus(); });
    });
    box.classList.add("db-done");
    box.after(form);
  }

  /* ---- addresses that lead nowhere ------------------------------------------------------- */

  function offer() {
    var parts = location.pathname.replace(base.pathname, "").split("/").filter(function (part) {
      return part && !/^(invariants|alerts|index\.html)$/.test(part);
    });
    var asked = (parts.pop() || "").replace(/\.(html|md)$/, "").replace(/%20|\+/g, " ");
    if (!asked) return;
    load().then(function (all) {
      var query = Object.fromEntries(new URLSearchParams(location.search));
      var found = window.driftbookReading.near(asked, all, 6);
      if (!found.length) return;
      var list = make("ul", {});
      found.forEach(function (entry) {
        entry.labels = query;
        entry.stage = location.hash.slice(1);
        var line = make("li", {});
        var parts = described(entry);
        var link = make("a", { href: address(entry) });
        link.append(parts[0]);
        line.append(link, parts[1], parts[2]);
        list.append(line);
      });
      lost.replaceChildren(make("p", {}, "Nearest to “" + asked + "”:"), list);
    }, function () { /* the links below serve */ });
  }

  if (box) open();
  if (lost) offer();
})();
