'use strict';
// What the scripts of all pages share. Texts of others become text nodes and attributes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

// Drawings of 16 by 16, as paths; those that begin with `!` are filled.
const ICONS = {
  yes: ['M3.2 8.4l3.1 3.1 6.5-7'],
  no: ['M4 4l8 8M12 4l-8 8'],
  depends: ['M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6', '!M8 2.2a5.8 5.8 0 0 1 0 11.6z'],
  unknown: ['M5.2 5.6a2.8 2.6 0 1 1 4.3 2.3c-1 .6-1.5 1-1.5 2.2', 'M8 13v.1'],
  none: ['M4 8h8'],
  sun: ['M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6', 'M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M3.2 12.8l1-1M11.8 4.2l1-1'],
  moon: ['M13 9.6A5.6 5.6 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z'],
  role: ['M8 1.8l5 1.9v4c0 3.2-2.2 5.3-5 6.5-2.8-1.2-5-3.3-5-6.5v-4z', 'M8 5.6v3.6'],
  user: ['M8 2.2a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4', 'M2.8 13.8c.5-2.8 2.6-4 5.2-4s4.7 1.2 5.2 4'],
  session: ['M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6', 'M8 4.8V8l2.2 1.6'],
  secret: ['M3.4 7.2 h 9.2 v 6.6 H 3.4 z', 'M5.4 7.2 V 5 a 2.6 2.6 0 0 1 5.2 0 v 2.2'],
  replica: ['M5.4 5.4h8.2v8.2H5.4z', 'M10.6 2.4H2.4v8.2'],
  parameter: ['M2.4 5h6M12.2 5h1.4M2.4 11h1.4M7.6 11h6', 'M10.3 3.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6M5.7 9.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6'],
  key: ['M5 7.6a3 3 0 1 0 0 6a3 3 0 1 0 0-6', 'M7.2 8.6l6-6M10.4 5.4l2.2 2.2'],
};

/** An element. `on…` attributes are listeners, `true` is an empty attribute; null, false and '' children are left out. */
function make(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
function draw(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== '') element.append(child);
  }
  return element;
}

function icon(name) {
  const paths = ICONS[name] || ICONS.none;
  return draw('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, paths.map(iconPath));
}

function iconPath(path) {
  return path.startsWith('!') ? draw('path', { d: path.slice(1), class: 'full' }) : draw('path', { d: path });
}

function byId(id) {
  return document.getElementById(id);
}

/** The data of the page. */
function pageData() {
  return JSON.parse(byId('data').textContent);
}

function plural(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A button that copies a text, and says so. */
function copyButton(text, label) {
  const button = make('button', { type: 'button', class: 'small no-print', 'aria-label': label }, 'Copy');
  button.addEventListener('click', async () => {
    button.textContent = (await copied(text)) ? 'Copied' : 'Not copied';
    announce(button.textContent);
    button.focus();
    setTimeout(() => { button.textContent = 'Copy'; }, 1600);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make('textarea', { class: 'hidden-visually', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Says something to those who do not see the page change. */
function announce(text) {
  byId('live').textContent = text;
}

/** Arrow keys walk over the items of a group, of which one at a time can be reached by Tab. */
function rove(group, selector) {
  const items = () => [...group.querySelectorAll(selector)];
  group.addEventListener('focusin', (event) => {
    const now = event.target.closest(selector);
    if (now) for (const item of items()) item.setAttribute('tabindex', item === now ? '0' : '-1');
  });
  group.addEventListener('keydown', (event) => {
    const now = event.target.closest(selector);
    if (!now) return;
    const all = items();
    const at = all.indexOf(now);
    const next = {
      ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1,
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, next))].focus();
    } else if ((event.key === 'Enter' || event.key === ' ') && now.tagName !== 'BUTTON') {
      event.preventDefault();
      now.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    }
  });
}

/** The button that goes from one theme to the other; until it is used, the system decides. */
function setUpTheme(button) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset.theme || (system.matches ? 'dark' : 'light')) === 'dark';
  const show = () => {
    const label = isDark() ? 'Light theme' : 'Dark theme';
    button.replaceChildren(icon(isDark() ? 'sun' : 'moon'));
    button.setAttribute('aria-label', label);
    button.title = label;
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    show();
  });
  system.addEventListener('change', show);
  show();
}
