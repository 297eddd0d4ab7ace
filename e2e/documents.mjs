// Synthetic documents as the demo province makes them, and the smallest workbook that holds a roster.

/** The n-th demo person's residence number (the personas are 0 and 1): area 350199 does not exist, so nobody real has it. */
export function residenceNumber(n) {
  const birth = new Date([Date.UTC(1974, 2, 7), Date.UTC(1986, 8, 21)][n] ?? Date.UTC(1969, 0, 5) + (n * 37 % 12000) * 86400000);
  const day = `${birth.getUTCFullYear()}${String(birth.getUTCMonth() + 1).padStart(2, '0')}${String(birth.getUTCDate()).padStart(2, '0')}`;
  const serial = String((n < 2 ? 990 + 2 * n : Math.floor(n / 12000) * 40 + n % 400) % 1000).padStart(3, '0');
  const body = `350199${day}${serial}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...body].reduce((all, digit, at) => all + Number(digit) * weights[at], 0);
  return body + '10X98765432'[sum % 11];
}

/** A unified social credit code with both check letters, from six free digits. */
export function creditCode(free) {
  const organisation = `DEM${free}`.slice(0, 8);
  const inner = 11 - [...organisation].reduce((all, letter, at) => all + parseInt(letter, 36) * [3, 7, 9, 10, 5, 8, 4, 2][at], 0) % 11;
  const first = `52350582${organisation}${inner === 10 ? 'X' : inner === 11 ? '0' : inner}`;
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const sum = [...first].reduce((all, letter, at) => all + letters.indexOf(letter) * [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28][at], 0);
  return first + letters[(31 - sum % 31) % 31];
}

const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
const crc = bytes => { let c = 0xffffffff; for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };

/** A zip archive of stored parts. */
function zip(parts) {
  const files = [], index = [];
  let at = 0;
  for (const [name, text] of parts) {
    const [label, bytes] = [Buffer.from(name), Buffer.from(text)];
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0); head.writeUInt16LE(20, 4);
    head.writeUInt32LE(crc(bytes), 14); head.writeUInt32LE(bytes.length, 18); head.writeUInt32LE(bytes.length, 22); head.writeUInt16LE(label.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0); entry.writeUInt16LE(20, 4); entry.writeUInt16LE(20, 6);
    entry.writeUInt32LE(crc(bytes), 16); entry.writeUInt32LE(bytes.length, 20); entry.writeUInt32LE(bytes.length, 24); entry.writeUInt16LE(label.length, 28); entry.writeUInt32LE(at, 42);
    files.push(head, label, bytes); index.push(entry, label);
    at += head.length + label.length + bytes.length;
  }
  const directory = Buffer.concat(index), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(parts.length, 8); end.writeUInt16LE(parts.length, 10); end.writeUInt32LE(directory.length, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, directory, end]);
}

const escape = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A workbook with one sheet of text. */
export function workbook(rows) {
  const cells = rows.map((row, y) => `<row r="${y + 1}">${row.map((cell, x) => `<c r="${String.fromCharCode(65 + x)}${y + 1}" t="inlineStr"><is><t>${escape(cell)}</t></is></c>`).join('')}</row>`).join('');
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return zip([
    ['[Content_Types].xml', `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`],
    ['_rels/.rels', `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${xml}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`],
    ['xl/worksheets/sheet1.xml', `${xml}<worksheet xmlns="${main}"><sheetData>${cells}</sheetData></worksheet>`],
  ]);
}
