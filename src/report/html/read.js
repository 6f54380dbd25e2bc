// What the data says, and what views ask of each finding.

Object.assign(ICONS, {
  branch: ['M5 2.4v11.2M5 9.4c4.4 0 6-1.4 6-4.6', 'M11 2.2v2.6'],
  layers: ['M8 2.2l5.8 3L8 8.2 2.2 5.2z', 'M2.2 8l5.8 3 5.8-3M2.2 10.8l5.8 3 5.8-3'],
  file: ['M4 1.8h5.2L12.4 5v9.2H4z', 'M9 2v3.2h3.2'],
  wrench: ['M13.4 4.6a3.4 3.4 0 0 1-4.6 4.2l-4.6 4.8-1.8-1.8 4.8-4.6a3.4 3.4 0 0 1 4.2-4.6L9.2 4.8l2 2z'],
  hidden: ['M2.6 8c1.4-2.4 3.2-3.6 5.4-3.6S12 5.6 13.4 8c-1.4 2.4-3.2 3.6-5.4 3.6S4 10.4 2.6 8', 'M3 13L13 3'],
  alarm: ['M8 2.2l6.2 11H1.8z', 'M8 6.6v3M8 11.4v.1'],
  right: ['M6 3.6L10.4 8 6 12.4'],
  upload: ['M8 11V3M4.8 6L8 2.8 11.2 6', 'M2.8 13.2h10.4'],
});

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'note'];
const CONFIDENCES = ['very-high', 'high', 'medium', 'low'];

/** Verdicts, most telling first: name, words, what it means. */
const VERDICTS = [
  ['proven', 'Proven', 'other material of the scan fits it'],
  ['checksum-valid', 'Checksum holds', 'its own checksum holds'],
  ['structure-valid', 'Structure holds', 'it parses as what it claims to be'],
  ['shape-only', 'Looks like one', 'it has the shape of one; nothing more can be proved'],
  ['encrypted-key', 'Encrypted key', 'a private key under a passphrase'],
  ['expired', 'Expired', 'it carries a date that has passed'],
  ['checksum-failed', 'Checksum fails', 'its checksum does not hold'],
  ['public-known', 'Publicly known', 'a value from public documentation'],
];

/** States of a finding: name, words. */
const STATES = [
  ['head', 'Still in HEAD'],
  ['past', 'In the history only'],
  ['remote', 'On a remote'],
  ['local', 'Not pushed yet'],
  ['lost', 'No reference leads to it'],
  ['runs', 'Visible in the image'],
  ['hidden', 'Hidden in a layer'],
  ['built', 'A Dockerfile packs it'],
  ['fix', '--fix puts it right'],
];

const data = pageData();
const findings = data.findings.map(readFinding);

function readFinding(one, at) {
  const rule = data.rules[one.rule];
  const first = one.history && one.history.first;
  const files = [...new Set(one.places.map(fileOf))];
  return {
    ...one, at, rule, files, first, steps: data.steps[one.steps],
    kind: one.secret ? 'secret' : 'policy',
    verdict: one.secret ? one.secret.verdict : '',
    day: first ? first.date.slice(0, 10) : '',
    commit: first ? first.commit : (one.places[0] || {}).commit || '',
    layers: [...new Set(one.places.map(layerOf).filter(Boolean))],
    states: statesOf(one),
    suppressed: one.places.length > 0 && one.places.every((place) => place.suppressed),
  };
}

/** The path alone: in a repository without the commit, in an image without the layer. */
function fileOf({ at, file, image }) {
  return image ? image.path || image.source : file || at;
}

/** The directory of a file, with the slash; `./` where it has none. */
function folderOf(file) {
  return file.slice(0, file.lastIndexOf('/') + 1) || './';
}

/** What people call the part of an image that a place is in. */
function layerOf({ image }) {
  if (!image) return '';
  const name = image.name || image.source;
  if (!image.layer) return `${name} ${image.field || 'other files'}`;
  const { index, of, digest } = image.layer;
  return `${name} layer ${index ? `${index} of ${of}` : digest.slice(0, 19)}`;
}

function statesOf({ history: known, places }) {
  const states = new Set();
  if (known) {
    states.add(known.in_head ? 'head' : 'past');
    if (known.on_remote === true) states.add('remote');
    if (known.on_remote === false) states.add('local');
    if (!known.reachable) states.add('lost');
  }
  for (const { image, built, fix } of places) {
    if (image && image.deleted === true) states.add('hidden');
    if (image && image.deleted === false) states.add('runs');
    if (built) states.add('built');
    if (fix) states.add('fix');
  }
  return states;
}

/** What a search looks through, in small letters; made when it is first asked for. */
function searchText(finding) {
  if (finding.text === undefined) {
    const { message, rule, secret, first, fingerprint, places } = finding;
    const facts = secret ? [secret.redacted, ...secret.facts ? secret.facts.flat() : []] : [];
    const history = first ? [first.author, first.subject, first.commit] : [];
    finding.text = [message, rule.id, rule.title, fingerprint, ...facts, ...history,
      ...places.flatMap(({ at, file, rule: other }) => [at, file || '', other === undefined ? '' : data.rules[other].id])].join(' ').toLowerCase();
  }
  return finding.text;
}

function wordsOf(rows, name) {
  const row = rows.find(([key]) => key === name);
  return row ? row[1] : name;
}

function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1).replaceAll('-', ' ') : text;
}

function number(count) {
  return count.toLocaleString('en');
}
