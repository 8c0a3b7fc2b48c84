/* What a pasted text means, and which names are near to one. Loaded by paged.js when it is needed.

   driftbookAlerts (assets/alert-names.js, made from the catalog): external: labels that Prometheus
   adds; identities: lists of labels; alerts: rows of name, title, stages (1 early, 2 mid, 4 late;
   0 for a retired one), index of the identity, old names, name of the living successor or "". */
(function () {
  "use strict";

  var STAGES = ["early", "mid", "late"];
  var PAIR = /([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"/g;
  var LINK = /\/(?:invariants|alerts)\/([A-Za-z0-9-]+)\/?(?:index\.html)?(\?[^\s#"'<>|\\]*)?(#(?:early|mid|late)\b)?/g;

  function plain(text) {
    return text.toLowerCase().replace(/[^a-z0-9]+/g, "");
  }
  function words(text) {
    var split = text.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
    return split.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  }
  function alertName(slug) {
    return slug.replace(/(^|-)([a-z0-9])/g, function (_, dash, first) {
      return first.toUpperCase();
    });
  }

  function rows(data) {
    return data.alerts.map(function (row) {
      var made = { name: row[0], title: row[1], retired: !row[2], old: row[4], successor: row[5] };
      made.labels = data.identities[row[3]].concat(data.external);
      made.alert = alertName(made.name);
      made.stages = STAGES.filter(function (_, i) { return row[2] & (1 << i); });
      made.keys = [made.name].concat(made.old).map(plain);
      made.words = words([made.name, made.title].concat(made.old).join(" "));
      return made;
    });
  }

  /* ---- reading a text ------------------------------------------------------------------- */

  function addSets(value, sets) {
    if (!value || typeof value !== "object") return;
    if (typeof value.alertname === "string") sets.push(value);
    // A webhook says what its alerts share, and then every alert.
    var inner = Array.isArray(value.alerts) ? value.alerts : value;
    Object.keys(inner).forEach(function (key) { addSets(inner[key], sets); });
  }

  function pairs(text) {
    var found = {};
    for (var match of text.matchAll(PAIR)) found[match[1]] = match[2].replace(/\\(.)/g, "$1");
    return found;
  }

  /* Label sets: of JSON, in braces, or on one line. */
  function labelSets(text) {
    var sets = [];
    try {
      addSets(JSON.parse(text), sets);
      return sets;
    } catch (notJson) {
      for (var match of text.matchAll(/([A-Za-z_][\w:]*)?\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}/g)) {
        sets.push(Object.assign({ alertname: match[1] || "" }, pairs(match[2])));
      }
      if (!sets.length) sets = text.split("\n").map(pairs);
      return sets;
    }
  }

  function stated(text, label) {
    var marks = "[*_`\"' \\t]*";
    var named = "(?:^|[^\\w])" + label + marks + "[=:]" + marks + "([^\\s\"'`*,;{}<>]+)";
    var found = text.match(new RegExp(named, "im"));
    return found ? found[1] : "";
  }

  function stageIn(text) {
    var said = stated(text, "stage");
    var seen = STAGES.filter(function (stage) {
      return said ? said === stage : new RegExp("(^|[^\\w-])" + stage + "(?![\\w-])").test(text);
    });
    return seen.length === 1 ? seen[0] : "";
  }

  function known(row, value) {
    var labels = {};
    row.labels.forEach(function (label) {
      var found = value(label);
      if (typeof found === "string" && found) labels[label] = found;
    });
    return labels;
  }

  /* Alerts of one group lead to one page: at its latest stage, with the labels they share. */
  function merged(entries) {
    var found = new Map();
    entries.forEach(function (entry) {
      var before = found.get(entry.row);
      if (!before || STAGES.indexOf(entry.stage) > STAGES.indexOf(before.stage)) {
        found.set(entry.row, entry);
      } else if (entry.stage === before.stage) {
        Object.keys(before.labels).forEach(function (label) {
          if (before.labels[label] !== entry.labels[label]) delete before.labels[label];
        });
      }
    });
    return Array.from(found.values());
  }

  function read(text, all) {
    var byKey = new Map();
    all.forEach(function (row) {
      row.keys.forEach(function (key) { if (!byKey.has(key)) byKey.set(key, row); });
    });
    all.forEach(function (row) { byKey.set(row.keys[0], row); });
    function find(name) { return byKey.get(plain(String(name || ""))); }

    var entries = [];
    labelSets(text).forEach(function (set) {
      var row = find(set.alertname === "ALERTS" ? "" : set.alertname) || find(set.invariant);
      if (!row) return;
      var stage = STAGES.indexOf(set.stage) >= 0 ? set.stage : stageIn(text);
      entries.push({ row: row, stage: stage, labels: known(row, function (l) { return set[l]; }) });
    });
    if (entries.length) return merged(entries);

    for (var match of text.matchAll(LINK)) {
      var row = find(match[1]);
      if (!row) continue;
      var query = new URLSearchParams((match[2] || "").replace(/&amp;/g, "&"));
      var labels = known(row, function (label) { return query.get(label); });
      entries.push({ row: row, stage: (match[3] || "#").slice(1) || stageIn(text), labels: labels });
    }
    if (entries.length) return merged(entries);

    var named = find(stated(text, "alertname")) || find(stated(text, "invariant"));
    var rowsNamed = named ? [named] : [];
    if (!named) {
      (text.match(/[A-Za-z][A-Za-z0-9-]*/g) || []).forEach(function (word) {
        var row = find(word);
        if (row && rowsNamed.indexOf(row) < 0) rowsNamed.push(row);
      });
    }
    return rowsNamed.map(function (row) {
      var labels = known(row, function (label) { return stated(text, label); });
      return { row: row, stage: stageIn(text), labels: rowsNamed.length > 1 ? {} : labels };
    });
  }

  /* ---- nearest names -------------------------------------------------------------------- */

  function distance(a, b) {
    var last = Array.from({ length: b.length + 1 }, function (_, i) { return i; });
    for (var i = 1; i <= a.length; i++) {
      var row = [i];
      for (var j = 1; j <= b.length; j++) {
        var swap = a[i - 1] === b[j - 1] ? 0 : 1;
        row[j] = Math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + swap);
      }
      last = row;
    }
    return last[b.length];
  }

  function alike(a, b) {
    var longest = Math.max(a.length, b.length);
    if (!longest || Math.abs(a.length - b.length) > longest / 2) return 0;
    return 1 - distance(a, b) / longest;
  }

  function score(row, key, asked) {
    var best = 0;
    row.keys.forEach(function (own, i) {
      if (own === key) best = Math.max(best, 10 - i / 100);
      else if (own.startsWith(key)) best = Math.max(best, 8);
      else if (own.includes(key)) best = Math.max(best, 6);
      else if (key.length > 3) best = Math.max(best, 5 * alike(own, key) - 1);
    });
    var shared = asked.map(function (word) {
      return Math.max.apply(null, row.words.map(function (own) {
        if (own === word) return 1;
        if (own.startsWith(word)) return 0.9;
        return word.length > 3 ? Math.max(0, alike(own, word) - 0.25) : 0;
      }));
    });
    var sum = shared.reduce(function (a, b) { return a + b; }, 0);
    return Math.max(best, asked.length ? (5 * sum) / asked.length : 0);
  }

  /* The rows nearest to a text, the best first; living ones before retired ones of the same rank. */
  function near(text, all, most) {
    var key = plain(text);
    var asked = words(text).slice(0, 8);
    if (!key || key.length > 200) return [];
    return all
      .map(function (row) {
        return { row: row, score: score(row, key, asked) - (row.retired ? 0.05 : 0) };
      })
      .filter(function (found) { return found.score > 1.8; })
      .sort(function (a, b) {
        return b.score - a.score || (a.row.name < b.row.name ? -1 : 1);
      })
      .slice(0, most)
      .map(function (found) { return { row: found.row, stage: "", labels: {} }; });
  }

  window.driftbookReading = { rows: rows, read: read, near: near, words: words };
})();
