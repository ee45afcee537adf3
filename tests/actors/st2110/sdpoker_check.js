// SPDX-License-Identifier: Apache-2.0
// Runs sdpoker's checks, all of them strict, over files: node sdpoker_check.js PACKAGE FILE…
// Prints "FILE: COMPLAINT" for each complaint; exit 1 if there was any. Loads the two files of the package that check: its
// command line needs web libraries for reading URLs.
'use strict';
const fs = require('fs');
const path = require('path');

const [folder, ...files] = process.argv.slice(2);
const checks = ['checkRFC4566.js', 'checkST2110.js'].map(
  name => require(path.resolve(folder, name)).allSections);

const strict = {
  nmos: true, checkEndings: true, whitespace: true, noCopy: true, shaping: true,
  duplicate: false, videoOnly: false, audioOnly: false, channelOrder: false,
  useIP4: false, useIP6: false, multicast: false, unicast: false,
};

let complaints = 0;
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8');
  const audioOnly = text.includes('m=audio') && !text.includes('m=video');
  const params = Object.assign({}, strict, {
    audioOnly, channelOrder: audioOnly, duplicate: text.includes('a=group:DUP'),
    should: !text.includes('mediaclk:sender'), // ST 2110-10 should have PTP; a machine without it says so
    useIP4: !text.includes('IN IP6'), useIP6: text.includes('IN IP6'),
  });
  for (const check of checks) {
    for (const found of check(text, params)) {
      complaints += 1;
      console.log(`${path.basename(file)}: ${found.message || found}`);
    }
  }
}
console.log(`${files.length} files`);
process.exit(complaints === 0 ? 0 : 1);
