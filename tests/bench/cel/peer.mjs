// peer.mjs MODULES ROWS: the five rules over the same rows, by hand in JavaScript and with the
// fastest CEL implementation that npm has.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, file] = process.argv.slice(2)
const rows = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
const areas = []
for (let i = 0; i < 357; i++) areas.push(String((301 + i * 15) % 10000).padStart(4, '0'))
const known = new Set(areas)
const quarter = /^\d{4}-Q[1-4]$/
const byHand = [
  (o) => o.numerator <= o.denominator,
  (o) => Math.abs(o.value - (100.0 * o.numerator) / o.denominator) <= 0.05,
  (o) => quarter.test(o.period),
  (o) => known.has(o.area),
  (o) => (o.status === 'final' || o.status === 'preliminary') && (o.status !== 'final' || o.denominator >= 5.0),
]
const texts = [
  'obs.numerator <= obs.denominator',
  'math.abs(obs.value - 100.0 * obs.numerator / obs.denominator) <= 0.05',
  "obs.period.matches('^\\\\d{4}-Q[1-4]$')",
  `obs.area in [${areas.map((area) => `'${area}'`).join(',')}]`,
  "obs.status in ['final', 'preliminary'] && (obs.status != 'final' || obs.denominator >= 5.0)",
]

function measure(name, rules, rounds) {
  let least = Infinity
  let broken
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint()
    broken = rules.map((rule) => rows.reduce((count, row) => count + (rule(row) ? 0 : 1), 0))
    least = Math.min(least, Number(process.hrtime.bigint() - start))
  }
  const perRow = (least / rows.length).toFixed(1).padStart(8)
  console.log(`${name.padEnd(34)} ${perRow} ns a row   broken ${broken.join(' ')}`)
}

measure('JavaScript by hand', byHand, 10)
try {
  const entry = createRequire(pathToFileURL(`${modules}/`)).resolve('@marcbachmann/cel-js')
  const { Environment } = await import(pathToFileURL(entry))
  const environment = new Environment({ unlistedVariablesAreDyn: true, limits: { maxListElements: 1000, maxAstNodes: 10000 } })
  environment.registerFunction('absolute(double): double', (x) => Math.abs(x))
  const rules = texts.map((text) => {
    const program = environment.parse(text.replace('math.abs', 'absolute'))
    const context = { obs: null }
    return (row) => {
      context.obs = row
      return program(context)
    }
  })
  measure('@marcbachmann/cel-js', rules, 3)
} catch (error) {
  console.log(`@marcbachmann/cel-js: not measured (${error.message.split('\n')[0]})`)
}
