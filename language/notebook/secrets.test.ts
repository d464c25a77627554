import assert from 'node:assert/strict'
import test from 'node:test'
import { isSecretName, looksSecret, secretsInSource } from './secrets.ts'

test('names of secrets', () => {
  for (const name of [
    'apiKey',
    'API_KEY',
    'password',
    'dbPassword',
    'DB_PASSWORD',
    'token',
    'accessToken',
    'secret',
    'clientSecret',
    'Authorization',
    'openaiApiKey',
    'credentials',
  ])
    assert.ok(isSecretName(name), name)
  for (const name of [
    'x',
    'keys',
    'tokenize',
    'passenger',
    'passed',
    'tokenizer',
    'monkey',
    'compass',
    'secretary',
    'keyCount',
  ])
    assert.ok(!isSecretName(name), name)
})

test('formats of keys and tokens', () => {
  for (const text of [
    `AKIA${'A'.repeat(16)}`,
    `ghp_${'a'.repeat(36)}`,
    `sk-proj-${'a1'.repeat(12)}`,
    'postgres://me:hunter2@db.example.com/x',
    `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`,
    '-----BEGIN RSA PRIVATE KEY-----',
    `Bearer ${'a1'.repeat(10)}`,
  ])
    assert.ok(looksSecret(`before ${text} after`), text)
  for (const text of ['hello', 'https://example.com/a@b', 'skeleton', '0123456789abcdef0123456789abcdef'])
    assert.ok(!looksSecret(text), text)
})

test('secrets in the text of a cell, each once and with its place', () => {
  const source =
    "const apiKey = 'hunter2!'\nconst o = { password: \"letmein\" }\nconst token = secret('TOKEN')\nconst name = 'x'"
  const found = secretsInSource(source).map(({ start, end }) => source.slice(start, end))
  assert.deepEqual(found, ['hunter2!', 'letmein'])
  const key = `const k = 'ghp_${'a'.repeat(36)}'`
  assert.equal(secretsInSource(key).length, 1)
  assert.deepEqual(
    secretsInSource("const password = ''; const token = '<your token>'; const apiKey = process.env.KEY"),
    [],
  )
})
