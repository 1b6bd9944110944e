// Asks `Intl` how each of the fourteen languages writes numbers, and writes what the
// build compiles (notation.json) and what the test compares with (expected.tsv):
// `node pages/notation/make.mjs`. Both lie in the repository, so that a build needs
// no Node, and a newer `Intl` shows as a difference that somebody looks at.
import fs from 'node:fs'

const here = new URL('.', import.meta.url)
const tags = 'ar bg cs de en es fr hu it pl ro ru tr uk'.split(' ')
const source = fs.readFileSync(new URL('../../domain/src/money.rs', here), 'utf8')
const listed = name => source.split('const ' + name)[1].split(';\n')[0].match(/\b[A-Z]{3}\b/g)
// Chromium knows no symbol of the Caribbean guilder, Node does.
const currencies = ['NO_DECIMALS', 'THREE_DECIMALS', 'TWO_DECIMALS'].flatMap(listed).filter(code => code != 'XCG')
const categories = ['zero', 'one', 'two', 'few', 'many', 'other']
const counts = [0, 1, 2, 3, 5, 11, 12, 14, 15, 20, 21, 22, 25, 99, 100, 101, 102, 103, 111, 119, 120, 1000, 1234, 12345, 1000000]

const number = (tag, options) => new Intl.NumberFormat(tag, options)
const money = (tag, currency) => number(tag, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' })
const percent = tag => number(tag, { style: 'percent', maximumFractionDigits: 2 })
const unit = (tag, name) => number(tag, { style: 'unit', unit: name, unitDisplay: 'long' })
const part = (parts, type) => parts.find(part => part.type == type)?.value

// What stands around the digits, with a mark for the currency.
const around = (parts, mark) => {
  const text = parts.map(({ type, value }) => type == 'currency' ? mark : type == 'integer' ? '\n' : value).join('')
  return text.split('\n')
}
const same = (a, b, what) => { if (a != b) throw new Error(`${what}: ${a} is not ${b}`) }

const notation = {}
const lines = []
for (const tag of tags) {
  same(number(tag).resolvedOptions().numberingSystem, 'latn', tag)
  const plain = number(tag)
  const parts = plain.formatToParts(1234567.5)
  const group = part(parts, 'group')
  const from = [1000, 10000].find(n => part(plain.formatToParts(n), 'group'))
  // An Arabic one ends with a mark that keeps its direction.
  const symbols = currencies.map(code => [code, money(tag, code).formatToParts(1)
    .filter(({ type, value }) => type == 'currency' || value == '\u200f').map(({ value }) => value).join('').replace(/^\u200f/, '')])
  const rules = new Intl.PluralRules(tag)
  const forms = name => {
    const found = {}
    for (const n of counts) {
      found[rules.select(n)] ??= unit(tag, name).formatToParts(n)
        .map(({ type, value }) => type == 'integer' || type == 'group' ? type == 'integer' ? '\n' : '' : value)
        .join('').replace(/\n+/, '{n}')
    }
    return categories.map(category => found[category] ?? found.other ?? found.many)
  }
  notation[tag] = {
    decimal: part(parts, 'decimal'),
    group,
    grouped_from: String(from).length,
    money: around(money(tag, 'EUR').formatToParts(1), '¤'),
    debt: around(money(tag, 'EUR').formatToParts(-1), '¤'),
    percent: around(percent(tag).formatToParts(0.01), ''),
    symbols: symbols.filter(([code, symbol]) => code != symbol).map(pair => pair.join('')).join(' '),
    days: forms('day'),
    months: forms('month')
  }
  const line = (...fields) => lines.push([tag, ...fields].join('\t'))
  for (const code of currencies) line('money', code, 10, money(tag, code).format(10))
  for (const n of [0.05, 10.5, 1234.5, 12345.67, 1234567, -1234.5, -7]) line('money', 'EUR', n, money(tag, 'EUR').format(n))
  for (const n of [1, 100, 1250, 1500, 10000, 1234567]) line('percent', '', n, percent(tag).format(n / 10000))
  for (const n of counts) {
    line('count', rules.select(n), n, plain.format(n))
    line('days', '', n, unit(tag, 'day').format(n))
    line('months', '', n, unit(tag, 'month').format(n))
  }
}
fs.writeFileSync(new URL('notation.json', here), JSON.stringify(notation, null, 1) + '\n')
fs.writeFileSync(new URL('expected.tsv', here), lines.join('\n') + '\n')
