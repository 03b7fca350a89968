// Keeps the site for use without a network. The tool that builds the site puts two lines in front of this one: VERSION, a digest of all files, and
// FILES, their names.
/* global VERSION, FILES */

const CACHE = `resnetlab-rooms-${VERSION}`;

self.addEventListener("install", (event) => {
  // "reload": not from the browser's own cache, which may hold files of another version.
  event.waitUntil(caches.open(CACHE).then((c) => c.addAll(FILES.map((f) => new Request(f, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((n) => n.startsWith("resnetlab-rooms-") && n !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(caches.open(CACHE).then((c) => c.match(event.request, { ignoreSearch: true })).then((kept) => kept ?? fetch(event.request)));
});
