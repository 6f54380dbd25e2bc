// Principals on the left, secrets in the middle, keys on the right; each account is a box in each column. The same world
// gives the same picture.

/** The most paths that are drawn, and the most things in a column. */
const MAX_EDGES = 240;
const MAX_NODES = 60;

const NODE = { height: 44, gap: 8, head: 32, pad: 10, between: 18 };

function showGraph(view) {
  const chosen = chooseEdges();
  if (chosen.length === 0) {
    view.replaceChildren(emptyNote());
    return;
  }
  const layout = layOut(chosen, Math.max(740, view.clientWidth - 30));
  const picture = drawGraph(layout);
  view.replaceChildren(...graphNotes(chosen), make('div', { class: 'scroll' }, picture), legend());
  rove(picture.querySelector('.edges'), '.edge');
  rove(picture.querySelector('.nodes'), '.node');
  markGraph(view);
}

function emptyNote() {
  return make('p', { class: 'empty muted' }, world.count ? 'No path fits the filters.' : 'There are no paths.');
}

/** The paths to draw: those worth a look first, until there are too many of them, or too many ends. */
function chooseEdges() {
  const first = [];
  const rest = [];
  for (const path of state.shown) (isMeant(path) || isOff(path) ? first : rest).push(path);
  const isTooMuch = first.length + rest.length > MAX_EDGES;
  // Where there are too many, a `no` that nobody meant would only hide the others.
  const others = isTooMuch && state.shown.some(isNotable) ? rest.filter(isNotable) : rest;
  const rank = { yes: 0, depends: 1, unknown: 2, no: 3 };
  if (isTooMuch) others.sort((a, b) => rank[answerOf(a)] - rank[answerOf(b)] || a - b);
  const ends = { principals: new Set(), secrets: new Set() };
  const fits = (set, at) => set.has(at) || set.size < MAX_NODES;
  const chosen = [];
  for (const path of [...first, ...others]) {
    if (chosen.length === MAX_EDGES) break;
    if (!fits(ends.principals, principalOf(path)) || !fits(ends.secrets, secretOf(path))) continue;
    ends.principals.add(principalOf(path));
    ends.secrets.add(secretOf(path));
    chosen.push(path);
  }
  return chosen.sort((a, b) => a - b);
}

function graphNotes(chosen) {
  const left = state.shown.length - chosen.length;
  if (left === 0) return [];
  const text = `${plural(chosen.length, 'path')} of ${state.shown.length.toLocaleString('en')} are drawn. ` +
    'Filter for others, or see all of them in the matrix and the list.';
  return [make('p', { class: 'note' }, text)];
}

/** Where everything lies, in pixels. */
function layOut(paths, width) {
  const used = { principal: new Set(), secret: new Set(), key: new Set() };
  for (const path of paths) {
    used.principal.add(principalOf(path));
    used.secret.add(secretOf(path));
  }
  for (const at of used.secret) if (world.secrets[at] && world.keys[world.secrets[at].key]) used.key.add(world.secrets[at].key);
  const types = [['principal', world.principals, 'Principals'], ['secret', world.secrets, 'Secrets'], ['key', world.keys, 'Keys']]
    .filter(([type]) => used[type].size > 0);
  const wide = Math.min(290, Math.floor((width - (types.length === 3 ? 290 : 200)) / types.length));
  const columns = types.map(([type, all, title], at) => {
    const spare = width - 2 - types.length * wide;
    const share = types.length === 3 ? [0, 0.64, 1][at] : at;
    return column([...used[type]].sort((a, b) => a - b).map((one) => all[one]).filter(Boolean), Math.round(1 + at * wide + spare * share), wide, title);
  });
  const height = Math.max(...columns.map((one) => one.height)) + 34;
  // What is higher than a window begins at the top, so that all columns can be seen at once.
  for (const one of columns) shift(one, 30 + (height > 1000 ? 0 : Math.round((height - 34 - one.height) / 2)));
  const places = new Map(columns.flatMap((one) => one.nodes.map((node) => [`${node.node.type}${node.node.at}`, node])));
  return { width, height, columns, places, edges: edges(paths, places), keyEdges: keyEdges(columns, places) };
}

/** The boxes of one column, from 0 downwards. */
function column(nodes, left, width, title) {
  const boxes = [];
  const placed = [];
  let top = 0;
  for (const account of [...new Set(nodes.map((node) => node.account))].sort((a, b) => a - b)) {
    const inside = nodes.filter((node) => node.account === account);
    const height = NODE.head + inside.length * (NODE.height + NODE.gap) - NODE.gap + NODE.pad;
    boxes.push({ account, left, top, width, height });
    inside.forEach((node, at) => placed.push({
      node, left: left + NODE.pad, top: top + NODE.head + at * (NODE.height + NODE.gap), width: width - 2 * NODE.pad, height: NODE.height,
    }));
    top += height + NODE.between;
  }
  return { title, left, width, boxes, nodes: placed, height: top - NODE.between };
}

function shift(column, by) {
  for (const one of [...column.boxes, ...column.nodes]) one.top += by;
}

/** Curves of paths, spread over the sides of their ends, with a place for the mark of each where no other is. */
function edges(paths, places) {
  const list = paths.map((path) => ({ path, from: places.get(`principal${principalOf(path)}`), to: places.get(`secret${secretOf(path)}`) }))
    .filter((edge) => edge.from && edge.to);
  spread(list, 'from', 'to', 'fromY');
  spread(list, 'to', 'from', 'toY');
  const marks = [];
  for (const edge of list) {
    edge.fromX = edge.from.left + edge.from.width;
    edge.toX = edge.to.left;
    edge.mark = freePlace(edge, marks);
    marks.push(edge.mark);
  }
  return list;
}

function spread(list, end, other, name) {
  const groups = new Map();
  for (const edge of list) groups.set(edge[end], [...(groups.get(edge[end]) || []), edge]);
  for (const [place, group] of groups) {
    group.sort((a, b) => a[other].top - b[other].top || a.path - b.path);
    const step = Math.min(9, (place.height - 12) / group.length);
    group.forEach((edge, at) => { edge[name] = place.top + place.height / 2 + (at - (group.length - 1) / 2) * step; });
  }
}

function freePlace(edge, marks) {
  const tries = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8].map((share) => pointAt(edge, share));
  const room = (place) => Math.min(400, ...marks.map((mark) => (mark.x - place.x) ** 2 + (mark.y - place.y) ** 2));
  const free = tries.find((place) => room(place) >= 400);
  return free || tries.reduce((best, place) => (room(place) > room(best) ? place : best));
}

function pointAt({ fromX, fromY, toX, toY }, share) {
  const rest = 1 - share;
  const middle = (fromX + toX) / 2;
  const weights = [rest ** 3, 3 * rest * rest * share, 3 * rest * share * share, share ** 3];
  const sum = (...values) => values.reduce((total, value, at) => total + value * weights[at], 0);
  return { x: sum(fromX, middle, middle, toX), y: sum(fromY, fromY, toY, toY) };
}

function keyEdges(columns, places) {
  return columns.flatMap((one) => one.nodes).filter(({ node }) => node.type === 'secret').map((from) => ({
    from, to: places.get(`key${from.node.key}`), secret: from.node.at, key: from.node.key,
  })).filter((edge) => edge.to);
}

function drawGraph(layout) {
  const titles = layout.columns.map((one) => draw('text', { class: 'column-title', x: one.left + 2, y: 16 }, one.title));
  const boxes = layout.columns.flatMap((one) => one.boxes.map(drawBox));
  const keys = layout.keyEdges.map((edge) => draw('path', {
    class: 'key-edge', 'data-secret': edge.secret, 'data-key': edge.key, d: curve(
      edge.from.left + edge.from.width, edge.from.top + edge.from.height / 2, edge.to.left, edge.to.top + edge.to.height / 2),
  }));
  return draw('svg', {
    class: 'graph', width: layout.width, height: layout.height, viewBox: `0 0 ${layout.width} ${layout.height}`,
    role: 'group', 'aria-label': 'Graph of principals, secrets and keys. Arrow keys go from path to path, Enter shows one.',
  }, titles, boxes, draw('g', { 'aria-hidden': 'true' }, keys),
  draw('g', { class: 'edges', role: 'group', 'aria-label': 'Paths' }, layout.edges.map(drawEdge)),
  draw('g', { class: 'nodes', role: 'group', 'aria-label': 'Principals, secrets and keys' },
    layout.columns.flatMap((one) => one.nodes.map(drawNode))));
}

function drawBox({ account, left, top, width, height }) {
  const { label, id } = world.accounts[account] || { label: '?', id: '' };
  // The number is left out where it would hide the name.
  const hasId = id && id !== label && widthOf(`${label}   ${id}`, '650 12.5px') <= width - 24;
  return draw('g', { class: 'account' },
    draw('title', {}, [label, id].filter(Boolean).join(' ')),
    draw('rect', { x: left, y: top, width, height, rx: 11 }),
    draw('text', { class: 'account-name', x: left + 12, y: top + 21 }, fitted(label, width - 24, '650 12.5px')),
    hasId ? draw('text', { class: 'account-id', x: left + width - 12, y: top + 21 }, id) : null);
}

function drawNode({ node, left, top, width, height }, at) {
  return draw('g', {
    class: `node ${node.type}${node.foreign ? ' foreign' : ''}`, tabindex: at ? -1 : 0, role: 'button', 'data-type': node.type, 'data-at': node.at,
    'aria-label': `${node.kind} ${node.label}`, onclick: () => selectNode(node),
    onmouseenter: (event) => emphasise(event.currentTarget, true), onmouseleave: (event) => emphasise(event.currentTarget, false),
  }, draw('title', {}, node.label),
  draw('rect', { x: left, y: top, width, height, rx: node.type === 'principal' ? height / 2 : 7 }),
  draw('g', { transform: `translate(${left + 13} ${top + height / 2 - 8})`, class: 'icon' }, (ICONS[node.kind] || ICONS.secret).map(iconPath)),
  draw('text', { class: 'name', x: left + 37, y: top + 19 }, fitted(node.name, width - 48, '550 12.5px')),
  draw('text', { class: 'kind', x: left + 37, y: top + 34 }, fitted(subtitle(node), width - 48, '11px')));
}

function subtitle(node) {
  if (node.type === 'key') return node.aliases.join(', ') || 'key';
  if (node.type === 'principal') return node.foreign ? `${node.kind}, only named` : node.kind;
  const key = node.key < 0 ? (node.isManaged ? 'AWS’s key' : 'key not given') : '';
  const parts = { replica: [node.kind, key], parameter: [node.kind, node.region, key] }[node.kind] || [node.region, key];
  return parts.filter(Boolean).join(' · ') || node.kind;
}

const ruler = document.createElement('canvas').getContext('2d');

function widthOf(text, font) {
  ruler.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

/** A text that is so many pixels wide at most. */
function fitted(text, width, font) {
  const isNarrow = (some) => widthOf(some, font) <= width;
  if (isNarrow(text)) return text;
  let [fits, tooLong] = [3, text.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (isNarrow(cut(text, middle))) fits = middle;
    else tooLong = middle;
  }
  return cut(text, fits);
}

/** A text of so many characters at most. Its beginning and its end tell names apart. */
function cut(text, length) {
  const all = [...text];
  if (all.length <= length) return text;
  const tail = Math.floor(length / 3);
  return `${all.slice(0, Math.max(1, length - tail - 1)).join('')}…${all.slice(all.length - tail).join('')}`;
}

function curve(fromX, fromY, toX, toY) {
  const middle = (fromX + toX) / 2;
  return `M${fromX} ${fromY}C${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}`;
}

function drawEdge(edge, at) {
  const answer = answerOf(edge.path);
  const line = curve(edge.fromX, edge.fromY, edge.toX, edge.toY);
  const expected = world.expected.get(edge.path);
  return draw('g', {
    class: `edge ${answer} tone-${TONES[answer]}`, tabindex: at ? -1 : 0, role: 'button', 'data-path': edge.path,
    'data-principal': principalOf(edge.path), 'data-secret': secretOf(edge.path), 'aria-pressed': 'false',
    'aria-label': `${namesOf(edge.path)}: ${answer}${expected === 'broken' ? ', not as expected' : ''}`,
    onclick: () => selectPath(edge.path),
  }, draw('title', {}, `${namesOf(edge.path)}: ${answer}`),
  draw('path', { class: 'wide-line', d: line }), draw('path', { class: 'line', d: line }),
  draw('g', { class: 'mark', transform: `translate(${edge.mark.x} ${edge.mark.y})` },
    expected === 'broken' ? draw('circle', { class: 'alarm', r: 13 }) : null,
    draw('circle', { r: 9 }), draw('g', { class: 'icon', transform: 'translate(-6 -6) scale(0.75)' }, ICONS[answer].map(iconPath))));
}

function legend() {
  const sample = (answer) => make('li', {},
    draw('svg', { width: 52, height: 20, 'aria-hidden': 'true', class: `edge ${answer} tone-${TONES[answer]}` },
      draw('path', { class: 'line', d: 'M1 10H51' }),
      draw('g', { class: 'mark', transform: 'translate(26 10)' }, draw('circle', { r: 9 }),
        draw('g', { class: 'icon', transform: 'translate(-6 -6) scale(0.75)' }, ICONS[answer].map(iconPath)))), answer);
  const key = make('li', {}, draw('svg', { width: 40, height: 20, 'aria-hidden': 'true' },
    draw('path', { class: 'key-edge', d: 'M1 10H39' })), 'encrypted with');
  const alarm = make('li', {}, draw('svg', { width: 28, height: 28, 'aria-hidden': 'true', class: 'edge tone-bad' },
    draw('circle', { class: 'alarm', r: 12, cx: 14, cy: 14 })), 'not as expected');
  return make('ul', { class: 'legend', 'aria-label': 'Legend' }, ANSWERS.map(sample), key, world.expectations.length ? alarm : null);
}

/** Shows what is chosen, without drawing everything again. */
function markGraph(view) {
  const [principal, secret] = [principalOf(state.path), secretOf(state.path)];
  const key = world.secrets[secret] ? world.secrets[secret].key : -1;
  const ends = state.node ? { [state.node.type]: state.node.at } : { principal, secret, key };
  for (const edge of view.querySelectorAll('.edge[data-path]')) {
    const isChosen = !state.node && Number(edge.dataset.path) === state.path;
    edge.classList.toggle('chosen', isChosen);
    edge.setAttribute('aria-pressed', String(isChosen));
  }
  for (const node of view.querySelectorAll('.node')) {
    node.classList.toggle('chosen', Number(node.dataset.at) === ends[node.dataset.type]);
  }
  for (const edge of view.querySelectorAll('.key-edge')) {
    edge.classList.toggle('chosen', !state.node && Number(edge.dataset.secret) === secret);
  }
}

/** Fades the paths that do not touch a node. */
function emphasise(element, isOn) {
  const { type, at } = element.dataset;
  const touches = (edge) => (type === 'key'
    ? (world.secrets[edge.dataset.secret] || {}).key === Number(at)
    : edge.dataset[type] === at);
  for (const edge of element.closest('.graph').querySelectorAll('.edge')) edge.classList.toggle('faded', isOn && !touches(edge));
}
