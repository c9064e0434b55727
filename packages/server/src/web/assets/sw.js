// Keeps one page for when there is no connection: "/offline", with its style, font and emblem. Every other page always
// comes from the bank. Each page says whose it is; the kept one is fetched anew when somebody else came in, and at most
// every ten minutes. Signing out clears it (Clear-Site-Data). NAME and KEEP are written by the bank in front of this script.

const TEN_MINUTES = 600_000;
let kept = { who: null, at: 0 };

async function keep(who) {
  const cache = await caches.open(NAME);
  await cache.addAll([...KEEP, '/offline']);
  kept = { who, at: Date.now() };
}

self.addEventListener('install', (event) => {
  event.waitUntil(keep(null).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const others = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(
    caches
      .keys()
      .then(others)
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  const { who } = event.data;
  if (who !== kept.who || Date.now() - kept.at > TEN_MINUTES) event.waitUntil(keep(who).catch(() => {}));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const ours = KEEP.includes(new URL(request.url).pathname);
  if (ours) event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  else if (request.mode === 'navigate')
    event.respondWith(fetch(request).catch(async (error) => (await caches.match('/offline')) ?? Promise.reject(error)));
});
