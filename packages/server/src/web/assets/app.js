// Lets the browser keep one page for when there is no connection. Without this script everything else works the same.
if ('serviceWorker' in navigator) {
  const { who } = document.currentScript.dataset;
  const { serviceWorker } = navigator;
  serviceWorker.register('/sw.js').catch(() => {});
  serviceWorker.ready.then(({ active }) => active.postMessage({ who })).catch(() => {});
}
