// What the server tells: single answers, and the stream of events.


/** What is there; null where there is none, or where the application cannot tell (yet). */
export async function find(path, parameters = {}) {
  const query = new URLSearchParams({...parameters}).toString();
  const response = await fetch(`api/v1/${path}?${query}`).catch(() => null);
  return response !== null && response.ok ? response.json() : null;
}

/**
 * Follows keys.
 *
 * @param keys to follow; '*' for all
 * @param handlers by name of the event, and `lost` for when the server is gone
 * @returns what ends it
 */
export function follow(keys, handlers) {
  const query = keys.map(key => `key=${encodeURIComponent(key)}`).join('&');
  const source = new EventSource(`api/v1/events${query ? `?${query}` : ''}`);
  for (const [name, handle] of Object.entries(handlers)) {
    if (name !== 'lost') {
      source.addEventListener(name, event => handle(JSON.parse(event.data)));
    }
  }
  // The browser tries again by itself.
  source.onerror = () => handlers.lost();
  return () => source.close();
}
