#!/usr/bin/env bash
# Package and version: npm sms-segments-calculator 1.3.0 (Twilio's own calculator; grapheme-splitter 1.0.4 beneath it).
# Behavior: in UCS-2 it never parts a letter from its combining marks, so a text takes more parts than its units
#   divided by 67. It cuts by the grapheme clusters of Unicode 10: the consonants of a Hindi conjunct, which ICU
#   (Intl.Segmenter) keeps together, may go to two parts, and so may an emoji made of several that is newer than 2017.
#   A cluster longer than a whole part counts as one part beyond 140 bytes. Smart encoding changes the text: a bullet
#   becomes "-", a half becomes "1/2".
# Output seen, and when (2026-11-28):
#   accent at the border: 3 parts for 134 units
#   2000 texts: 135 take more parts than their units need, 0 fewer; 10 differ from ICU's clusters
#   101 units in one cluster: 2 parts, the longer of 101 units
#   smart encoding: "\u2022 \u00bd" is sent as "- 1/2" in GSM-7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund sms-segments-calculator@1.3.0 grapheme-splitter@1.0.4
cat >run.js <<'JS'
const assert = require('assert');
const { SegmentedMessage } = require('sms-segments-calculator');

const border = new SegmentedMessage('я'.repeat(66) + 'e\u0301' + 'я'.repeat(66));
console.log(`accent at the border: ${border.segmentsCount} parts for ${border.messageSize / 16} units`);
assert.deepStrictEqual([border.segmentsCount, border.messageSize / 16], [3, 134]);

// A generator of its own, so that the texts are the same every time.
let state = 20261128;
const below = (n) => (state = (state * 48271) % 2147483647) % n;
const scripts = [
  ['я', 'ж', 'e\u0301', 'и\u0306', ' '],
  ['ก', 'ที่', 'นี้', 'เ', 'ป็น', ' '],
  ['நி', 'க', 'யோ', 'ழ்', ' '],
  ['क्ष', 'नि', 'का', 'त्र', 'हिं', ' '],
  ['\u1112\u1161\u11ab', '\u1100\u116e\u11a8', '가', ' '],
];
const partsOf = (pieces) => {
  const units = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (units <= 70) return 1;
  let parts = 1, used = 0;
  for (const piece of pieces) {
    if (used + piece.length > 67) { parts += 1; used = 0; }
    used += piece.length;
  }
  return parts;
};
const icu = new Intl.Segmenter('en', { granularity: 'grapheme' });
let more = 0, fewer = 0, other = 0;
for (let i = 0; i < 2000; i++) {
  const words = scripts[i % scripts.length];
  const goal = [68, 132, 198][below(3)] + below(7);
  let text = '';
  while (text.length < goal) text += words[below(words.length)];
  const counted = new SegmentedMessage(text).segmentsCount;
  if (counted > partsOf([...text])) more++;
  if (counted < partsOf([...text])) fewer++;
  if (counted !== partsOf([...icu.segment(text)].map((found) => found.segment))) other++;
}
console.log(`2000 texts: ${more} take more parts than their units need, ${fewer} fewer; ${other} differ from ICU's clusters`);
assert.deepStrictEqual([more, fewer, other], [135, 0, 10]);

const long = new SegmentedMessage('я'.repeat(10) + 'e' + '\u0301'.repeat(100));
const longest = Math.max(...long.segments.map((part) => part.messageSizeInBits() / 16));
console.log(`101 units in one cluster: ${long.segmentsCount} parts, the longer of ${longest} units`);
assert.deepStrictEqual([long.segmentsCount, longest], [2, 101]);

const smart = new SegmentedMessage('\u2022 \u00bd', 'auto', true);
console.log(`smart encoding: "\\u2022 \\u00bd" is sent as "${smart.graphemes.join('')}" in ${smart.encodingName}`);
assert.deepStrictEqual([smart.graphemes.join(''), smart.encodingName], ['- 1/2', 'GSM-7']);
JS
node run.js
