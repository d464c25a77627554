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

test('a broken declaration is returned as it was, its neighbours are formatted', () => {
  assertFormats(
    'entity   a( x:int )\nmodel  broken  {\n   observe\n x   =  \n}  \nentity b(x  : int)',
    'entity a(x: int)\n\nmodel  broken  {\n   observe\n x   =  \n}\n\nentity b(x: int)\n',
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
