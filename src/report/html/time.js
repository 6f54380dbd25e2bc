// When secrets came into a history: a bar for each day, month or year, and whether HEAD still has them.

const CHART = { height: 190, top: 16, bottom: 24, left: 34 };

/** The most days that are drawn one by one, and the most months. */
const MAX_DAYS = 45;
const MAX_MONTHS = 60;

function timeChart() {
  const days = findings.map(({ day }) => day).filter(Boolean).sort();
  if (!days.length) return null;
  const spans = spansOf(days[0], days[days.length - 1]);
  const tally = new Map(spans.map((span) => [span, { head: 0, past: 0 }]));
  for (const finding of butMark('when')) {
    const one = finding.day && tally.get(finding.day.slice(0, spans[0].length));
    if (one) one[finding.history.in_head ? 'head' : 'past'] += 1;
  }
  const holder = make('div', { class: 'time' });
  const card = chartCard('When secrets were first committed', timeLegend(), holder);
  card.classList.add('wide-chart');
  const show = () => {
    holder.replaceChildren(timeDrawing(spans, tally, Math.max(260, holder.clientWidth)));
    rove(holder.firstChild, '.span');
  };
  // Where it goes is known once it is there.
  queueMicrotask(show);
  return card;
}

function timeLegend() {
  const of = (name, words) => make('li', {}, make('span', { class: `swatch ${name}` }), words);
  return make('ul', { class: 'legend' }, of('head', 'still in HEAD'), of('past', 'in the history only'));
}

/** The spans from one day to another, as the beginnings of dates. */
function spansOf(first, last) {
  const [from, to] = [new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`)];
  const days = (to - from) / 86400000 + 1;
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth() + 1;
  const spans = [];
  if (days <= MAX_DAYS) {
    for (let at = 0; at < days; at += 1) spans.push(new Date(from.getTime() + at * 86400000).toISOString().slice(0, 10));
  } else if (months <= MAX_MONTHS) {
    for (let at = 0; at < months; at += 1) spans.push(new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + at)).toISOString().slice(0, 7));
  } else {
    // A date that somebody made up may be thousands of years away.
    const top = Math.min(to.getUTCFullYear(), from.getUTCFullYear() + 400);
    for (let year = from.getUTCFullYear(); year <= top; year += 1) spans.push(String(year).padStart(4, '0'));
  }
  return spans;
}

function timeDrawing(spans, tally, width) {
  const { height, top, bottom, left } = CHART;
  const most = Math.max(1, ...[...tally.values()].map(({ head, past }) => head + past));
  const scale = niceScale(most);
  const room = height - top - bottom;
  const y = (count) => height - bottom - (count / scale.top) * room;
  const step = (width - left) / spans.length;
  const lines = scale.marks.map((count) => [
    draw('line', { class: 'grid', x1: left, x2: width, y1: y(count), y2: y(count) }),
    draw('text', { class: 'axis end', x: left - 7, y: y(count) + 4 }, number(count)),
  ]);
  const every = Math.ceil((spans[0].length * 7 + 16) / step);
  const names = spans.map((span, at) => (at % every ? null : draw('text', { class: 'axis', x: left + (at + 0.5) * step, y: height - 7 }, span)));
  const columns = spans.map((span, at) => timeColumn(span, tally.get(span), { x: left + at * step, step, y, base: height - bottom }, at === 0));
  return draw('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Findings by the date of their first commit. Arrow keys go from one to the next.' },
    lines, names, columns);
}

function timeColumn(span, { head, past }, { x, step, y, base }, isFirst) {
  const wide = Math.max(2, Math.min(36, step - Math.max(1, step * 0.22)));
  const from = x + (step - wide) / 2;
  const isChosen = state.marks.when === span;
  const words = `${span}: ${plural(head + past, 'finding')}, ${head} still in HEAD`;
  const rect = (name, low, high) => (high > low ? draw('rect', { class: name, x: from, width: wide, y: y(high), height: Math.max(1.5, y(low) - y(high)) }) : null);
  return draw('g', {
    class: `span${isChosen ? ' chosen' : ''}`, role: 'button', tabindex: isFirst || isChosen ? 0 : -1, 'data-span': span, 'data-bar': `when ${span}`,
    'aria-pressed': String(isChosen), 'aria-label': words, onclick: () => toggleMark('when', span),
  }, draw('title', {}, words), draw('rect', { class: 'touch', x, width: step, y: CHART.top - 6, height: base - CHART.top + 6 }),
  rect('head', 0, head), rect('past', head, head + past));
}

/** Round numbers from 0 to at least `most`, five at most. */
function niceScale(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) || 1);
  const top = Math.ceil(most / step) * step;
  return { top, marks: Array.from({ length: top / step + 1 }, (_, at) => at * step) };
}
