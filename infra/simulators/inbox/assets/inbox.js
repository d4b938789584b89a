/**
 * What the inbox can do beyond plain pages. Every page works without it.
 *
 * - When the server says that something has changed, the page is fetched again and the parts marked `data-live` are
 *   put in place of the old ones.
 * - j and k go down and up, Enter or o opens, u goes back, / searches.
 */

const live = document.querySelector('.live');
let fetching = false;
let again = false;

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    do {
      again = false;
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      if (answer.ok) replaceLiveParts(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } while (again);
  } catch {
    // The server is gone; the event source notices too and says so.
  } finally {
    fetching = false;
  }
}

function replaceLiveParts(fresh) {
  for (const part of document.querySelectorAll('[data-live]')) {
    const successor = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (successor === null || successor.innerHTML === part.innerHTML) continue;
    const known = new Set(rows(part).map((row) => row.dataset.id));
    const here = part.querySelector('.row.here')?.dataset.id;
    const focused = part.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
    for (const row of rows(successor)) {
      row.classList.toggle('fresh', !known.has(row.dataset.id));
      row.classList.toggle('here', row.dataset.id === here);
    }
    part.replaceWith(document.adoptNode(successor));
    if (focused !== undefined)
      rows(successor)
        .find((row) => row.dataset.id === focused)
        ?.focus();
  }
  document.title = fresh.title;
}

function rows(part = document) {
  return [...part.querySelectorAll('.row')];
}

function listen() {
  const events = new EventSource('/events');
  live.hidden = false;
  const tell = (on) => {
    live.classList.toggle('on', on);
    live.textContent = on ? 'Live' : 'Not connected';
  };
  tell(false);
  events.addEventListener('open', () => tell(true));
  events.addEventListener('error', () => tell(false));
  events.addEventListener('changed', () => void refresh());
  // So that "5 min" does not stay "5 min".
  setInterval(() => {
    if (document.visibilityState === 'visible') void refresh();
  }, 30_000);
}

function move(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.classList.contains('here'));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  all[at]?.classList.remove('here');
  next.classList.add('here');
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function follow(selector) {
  document.querySelector(selector)?.click();
}

function press(event) {
  const typing = event.target.closest('input, select, textarea') !== null;
  if (event.key === 'Escape' && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const listed = document.querySelector('.list') !== null;
  switch (event.key) {
    case '/':
      document.querySelector('.search input').select();
      break;
    case 'j':
      if (listed) move(1);
      else follow('.bar a[rel="next"]');
      break;
    case 'k':
      if (listed) move(-1);
      else follow('.bar a[rel="prev"]');
      break;
    case 'o':
      follow('.row.here');
      break;
    case 'u':
      follow('.bar a[rel="up"]');
      break;
    default:
      return;
  }
  event.preventDefault();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.previousElementSibling.textContent);
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 1500);
}

document.documentElement.classList.toggle('scripted', navigator.clipboard !== undefined);
document.addEventListener('click', ({ target }) => {
  if (target.matches('.copy')) void copy(target);
});
document.addEventListener('keydown', press);
listen();
