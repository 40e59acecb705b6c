// The search of the site: no network, no library. The index is loaded when the box is first used.
(function () {
  'use strict';
  var form = document.querySelector('form.search');
  if (!form) return;
  var box = form.querySelector('input'), list = document.getElementById('found'), count = document.getElementById('found-count');
  var lang = document.body.dataset.lang, at = ['en', 'ru', 'ky'].indexOf(lang);
  var kinds = JSON.parse(form.dataset.kinds), base = form.dataset.base, entries = null, waiting = [], chosen = -1, hits = [];
  try { localStorage.setItem('mtm-lang', lang); } catch (e) { /* no storage: nothing is kept */ }
  form.hidden = false;

  // Case, accents (so ё is е) and the Kyrgyz letters are folded: what is typed on a Russian keyboard finds them too.
  function fold(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')
      .replace(/ң/g, 'н').replace(/ө/g, 'о').replace(/ү/g, 'у').replace(/[’‘ʼ'`]/g, '');
  }
  function words(text) { return fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean); }

  function load(then) {
    if (entries) { then(); return; }
    waiting.push(then);
    if (waiting.length > 1) return;
    var script = document.createElement('script');
    script.src = form.dataset.index;
    script.onload = function () {
      entries = window.MTM_SEARCH.map(function (e) {
        return { kind: e[0], path: e[1], name: e[2][at], mine: words(e[2][at]), others: words(e[2].join(' ')), more: words(e[3]), whole: fold(e[2][at]) };
      });
      waiting.splice(0).forEach(function (f) { f(); });
    };
    document.head.appendChild(script);
  }

  // How well one word of the query fits an entry: its name in this language counts most, then other languages, then the rest.
  function fit(entry, word) {
    if (entry.mine.indexOf(word) >= 0) return 12;
    if (starts(entry.mine, word)) return 8;
    if (entry.others.indexOf(word) >= 0) return 6;
    if (starts(entry.others, word)) return 4;
    if (entry.more.indexOf(word) >= 0) return 3;
    return starts(entry.more, word) ? 1 : 0;
  }
  function starts(all, word) { return all.some(function (w) { return w.lastIndexOf(word, 0) === 0; }); }
  var weight = { page: 3, indicator: 3, round: 3, table: 2, place: 2, release: 2, answer: 1, column: 0 };

  function search(text) {
    var asked = words(text), found = [];
    if (!asked.length) return found;
    var whole = fold(text.trim());
    entries.forEach(function (e, i) {
      var score = 0;
      for (var k = 0; k < asked.length; k++) {
        var s = fit(e, asked[k]);
        if (!s) return;
        score += s;
      }
      if (e.whole === whole) score += 10;
      found.push({ e: e, score: score + weight[e.kind], i: i });
    });
    found.sort(function (a, b) { return b.score - a.score || a.e.name.length - b.e.name.length || a.i - b.i; });
    return found.map(function (f) { return f.e; });
  }

  function line(entry, tag, role) {
    var item = document.createElement(tag), link = document.createElement('a'), kind = document.createElement('span');
    link.href = base + entry.path;
    link.textContent = entry.name;
    if (role) { item.setAttribute('role', role); link.tabIndex = -1; }
    kind.className = 'kind';
    var detail = entry.kind === 'column' ? ' ' + entry.path.replace(/^data\/|\.html.*$/g, '') : entry.kind === 'place' ? ' ' + entry.path.split('#')[1] : '';
    kind.textContent = kinds[entry.kind] + detail;
    item.appendChild(link);
    item.appendChild(kind);
    return item;
  }

  function close() { list.hidden = true; chosen = -1; box.setAttribute('aria-expanded', 'false'); box.removeAttribute('aria-activedescendant'); }

  function show() {
    hits = search(box.value);
    list.textContent = '';
    chosen = -1;
    box.removeAttribute('aria-activedescendant');
    if (!words(box.value).length) { close(); count.textContent = ''; return; }
    hits.slice(0, 8).forEach(function (e, i) {
      var item = line(e, 'li', 'option');
      item.id = 'found-' + i;
      item.setAttribute('aria-selected', 'false');
      list.appendChild(item);
    });
    count.textContent = hits.length ? form.dataset.some.replace('#', hits.length) : form.dataset.none;
    if (!hits.length) {
      var none = document.createElement('li');
      none.setAttribute('role', 'option');
      none.setAttribute('aria-disabled', 'true');
      none.textContent = form.dataset.none;
      list.appendChild(none);
    }
    list.hidden = false;
    box.setAttribute('aria-expanded', 'true');
  }

  function choose(step) {
    var items = list.querySelectorAll('li[id]');
    if (list.hidden || !items.length) return;
    if (chosen >= 0) items[chosen].setAttribute('aria-selected', 'false');
    chosen = (chosen + step + items.length + (chosen < 0 && step < 0 ? 1 : 0)) % items.length;
    items[chosen].setAttribute('aria-selected', 'true');
    box.setAttribute('aria-activedescendant', items[chosen].id);
  }

  function page() {
    var query = new URLSearchParams(location.search).get('q') || '', out = document.getElementById('results');
    if (!out || !query) return;
    box.value = query;
    load(function () {
      var found = search(query);
      document.getElementById('results-count').textContent = found.length ? form.dataset.some.replace('#', found.length) : form.dataset.none;
      found.slice(0, 200).forEach(function (e) { out.appendChild(line(e, 'li')); });
    });
  }

  box.addEventListener('focus', function () { load(function () {}); });
  box.addEventListener('input', function () { load(show); });
  box.addEventListener('keydown', function (event) {
    if (event.key === 'ArrowDown') { choose(1); event.preventDefault(); }
    if (event.key === 'ArrowUp') { choose(-1); event.preventDefault(); }
    if (event.key === 'Escape') { close(); }
  });
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    location.href = chosen >= 0 ? base + hits[chosen].path : form.getAttribute('action') + '?q=' + encodeURIComponent(box.value);
  });
  document.addEventListener('click', function (event) { if (!form.contains(event.target)) close(); });
  document.addEventListener('keydown', function (event) {
    var typing = /^(input|textarea|select)$/i.test(document.activeElement.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) { box.focus(); event.preventDefault(); }
  });
  page();
})();
