// Of the three languages, the one that the browser asks for first; whoever chose another one keeps it.
(function () {
  'use strict';
  var known = ['en', 'ru', 'ky'], asked = [];
  try { asked.push(localStorage.getItem('mtm-lang') || ''); } catch (e) { /* no storage: nothing is kept */ }
  asked = asked.concat(navigator.languages || [navigator.language || '']);
  for (var i = 0; i < asked.length; i++) {
    var lang = asked[i].slice(0, 2).toLowerCase();
    if (known.indexOf(lang) >= 0) { location.replace(lang + '/index.html'); return; }
  }
  location.replace('en/index.html');
})();
