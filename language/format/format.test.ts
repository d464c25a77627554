import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { format } from './format.ts'

function assertFormats(text: string, expected: string): void {
  assert.equal(format(text), expected)
  assert.equal(format(expected), expected)
}

test('a canonical text stays as it is', () => {
  const folder = join(import.meta.dirname, '..', 'golden', 'plan')
  const text = readFileSync(join(folder, 'late-departure.slip'), 'utf8')
  assert.ok(readdirSync(folder).length > 0)
  assert.equal(format(text), text)
})

test('blanks, line breaks and alignment become canonical', () => {
  assertFormats(
    'source a{from csv "x.csv",time t\n  columns{ a:int?   unit "m"\n   bb  :  float }\n}\nentity e( a:string,b : int )\nfeature g   of e=mean(a . b+-1*(2+c.d)) by a.x,a.y over 7 days{default 0}',
    `source a {
  from csv "x.csv"
  time t
  columns {
    a:  int? unit "m"
    bb: float
  }
}

entity e(a: string, b: int)
feature g of e = mean(a.b + -1 * (2 + c.d)) by a.x, a.y over 7 days { default 0 }
`,
  )
})

test('the parts of a model are aligned with their like', () => {
  assertFormats(
    `model m {

 observe a where x>0 and not y
 features { a, long_name=1, \`b c\`
   d=delay_7d @ 1 ( origin ) }
 label l=x>2
 split by time {
 train until 2001-01-01
 validation   after 2001-01-02  until 2001-02-01
 }
 split by random seed 7 {train 0.7 validation 0.15, test 0.15}
 prepare {numeric:impute median,standardize
 long_name : impute zero }
 algorithm logistic_regression {l2=1.0,l1=2}
 evaluate auc,log_loss,auc per b
 output p=probability(l)
 require auc>=0.6 on validation
}`,
    `model m {
  observe a where x > 0 and not y
  features {
    a
    long_name = 1
    \`b c\`
    d         = delay_7d@1(origin)
  }
  label l = x > 2
  split by time {
    train      until 2001-01-01
    validation after 2001-01-02 until 2001-02-01
  }
  split by random seed 7 { train 0.7  validation 0.15  test 0.15 }
  prepare {
    numeric:   impute median, standardize
    long_name: impute zero
  }
  algorithm logistic_regression { l2 = 1.0, l1 = 2 }
  evaluate auc, log_loss, auc per b
  output   p = probability(l)
  require  auc >= 0.6 on validation
}
`,
  )
})

test('comments stay where they were', () => {
  assertFormats(
    '// top\n\n\n// second\nmodel m{ // head\n observe a// trailing\n\n\n // own\n features{ a = log(\n x, // first\n y\n ), b }\n // last\n}\n// end',
    `// top

// second
model m {  // head
  observe a  // trailing

  // own
  features {
    a = log(
      x,  // first
      y
    )
    b
  }
  // last
}

// end
`,
  )
})

test('what is broken is returned as it was, what is around it is formatted', () => {
  assertFormats(
    'entity   a( x:int )\nmodel  broken  {\n   observe\n x   =  \n   label l=x>1\n  features { a=  1\n     b  =  = 2, \n   c=3 }\n}  \nentity b(x  : int)',
    `entity a(x: int)

model broken {
   observe
 x   =
  label l = x > 1
  features {
    a = 1
     b  =  = 2,
    c = 3
  }
}

entity b(x: int)
`,
  )
  // What shares a line with a fault, or is not closed, stays as a whole.
  for (const text of [
    'model  m {\n observe   s\n',
    'entity   a(x  int)\n',
    'model  m { observe  s, label  = }\n',
  ])
    assertFormats(text, text)
})

test('every part of the language has its form', () => {
  assertFormats(
    `import {flights,airport as place}   from "shared/flights.slip"
import {
  one, two,
} from "x.slip"
source s{from sqlite "a.db" table "t",delimiter ";",header   false,missing ["NA","-",]
columns{day:timestamp format "%d",e:vector < float,384 > ?}}
feature trend of airport=day@2-week%3{default 0}
model m{
weight if(delay>60,2,1)
balance   classes
split by key a,b seed 7{train 0.8 folds 5,test 0.2}
prepare{numeric:impute median,indicator,min_max category:native max 3}
algorithm mixed_effects{family=logistic,l2=1
random intercept,distance per origin{l2=10,min_rows=5}
hidden=[64,32]}
tune 20 trials using sobol seed 3 maximizing ndcg @ 10 per query{l2 in log_scale(1e-4..10),growth in [leaf,level]
max_depth in 3..8}
output best=rank top 10 by p per origin,day
test "a"{given{v=[1,-2],x=missing},expect p<0.5}
test "b" {
given near{x=1
longer=2},given far{x=2}
expect near.p<far.p}
health{drift<=0.25 drift of x<=0.1 over 7 days}
}`,
    `import { flights, airport as place } from "shared/flights.slip"
import { one, two } from "x.slip"

source s {
  from sqlite "a.db" table "t"
  delimiter ";"
  header false
  missing ["NA", "-"]
  columns { day: timestamp format "%d", e: vector<float, 384>? }
}

feature trend of airport = day@2 - week % 3 { default 0 }

model m {
  weight if(delay > 60, 2, 1)
  balance classes
  split by key a, b seed 7 { train 0.8 folds 5  test 0.2 }
  prepare { numeric: impute median, indicator, min_max  category: native max 3 }
  algorithm mixed_effects {
    family = logistic
    l2     = 1
    random intercept, distance per origin { l2 = 10, min_rows = 5 }
    hidden = [64, 32]
  }
  tune 20 trials using sobol seed 3 maximizing ndcg@10 per query {
    l2        in log_scale(1e-4 .. 10)
    growth    in [leaf, level]
    max_depth in 3 .. 8
  }
  output best = rank top 10 by p per origin, day
  test "a" {
    given { v = [1, -2], x = missing }
    expect p < 0.5
  }
  test "b" {
    given near {
      x      = 1
      longer = 2
    }
    given far { x = 2 }
    expect near.p < far.p
  }
  health { drift <= 0.25  drift of x <= 0.1 over 7 days }
}
`,
  )
})

test('lines that are too long are broken where nothing ends', () => {
  const names = Array.from({ length: 16 }, (_, i) => `name_${i}`)
  assertFormats(
    `import { ${names.join(', ')} } from "a.slip"\n`,
    `import {\n${names.map(name => `  ${name}`).join(',\n')}\n} from "a.slip"\n`,
  )
  assertFormats(
    `feature late_share_of_the_week of route = mean(flights.delay > 15) where flights.distance > 100 by flights.origin, flights.destination over 36 hours { default 0 }
model m {
  observe flights where distance > 100 and delay > -60 and (origin != destination or carrier == "A") and weather_delay == 0
  evaluate auc, log_loss, auc per origin, auc per destination, calibration_error per origin, accuracy per carrier, pr_auc
  algorithm neural_network { hidden = [${Array.from({ length: 40 }, () => '100').join(', ')}] }
  label late = if(delay > 100 and distance > 1000 and origin == "BOI", some_function_of_the_one(delay), distance)
}
`,
    `feature late_share_of_the_week of route = mean(flights.delay > 15)
  where flights.distance > 100
  by flights.origin, flights.destination
  over 36 hours { default 0 }

model m {
  observe flights where distance > 100 and delay > -60 and
    (origin != destination or carrier == "A") and weather_delay == 0
  evaluate auc, log_loss, auc per origin, auc per destination, calibration_error per origin,
    accuracy per carrier, pr_auc
  algorithm neural_network {
    hidden = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100,
      100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100,
      100, 100, 100, 100]
  }
  label late = if(delay > 100 and distance > 1000 and origin == "BOI",
    some_function_of_the_one(delay), distance)
}
`,
  )
})

test('line ends and emptiness', () => {
  assertFormats(
    'entity a(x: int)\r\n\r\n\r\n\r\nentity b(x: int)\r\n',
    'entity a(x: int)\r\n\r\nentity b(x: int)\r\n',
  )
  assertFormats('  \n\n ', '')
  assertFormats('', '')
})
