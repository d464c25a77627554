/** Names that other languages give to what is called otherwise here, so that a message can say how it is written. */

export interface ForeignName {
  /** The function or aggregate that does it, when one does it with the same arguments. */
  readonly name?: string
  /** How it is said here, when no function has the same arguments. */
  readonly hint?: string
}

const renamed: Readonly<Record<string, readonly string[]>> = {
  length: ['len', 'strlen', 'char_length', 'character_length', 'nchar', 'str_len'],
  substring: ['substr', 'mid', 'slice', 'str_sub'],
  if: ['ifelse', 'if_else', 'iff', 'iif', 'cond', 'when'],
  is_missing: ['isnull', 'is_null', 'isna', 'is_na', 'isnan', 'is_nan', 'ismissing', 'is_none'],
  coalesce: ['nvl', 'ifnull', 'fillna', 'fill_null', 'fill_missing', 'if_missing', 'zeroifnull'],
  log: ['ln', 'loge', 'log_e'],
  log1p: ['ln1p', 'log_1p'],
  pow: ['power', 'expt'],
  abs: ['absolute', 'fabs'],
  sign: ['sgn', 'signum'],
  sqrt: ['square_root'],
  ceil: ['ceiling'],
  int: ['trunc', 'truncate', 'to_int', 'toint', 'as_int', 'integer', 'cast_int'],
  float: ['to_float', 'tofloat', 'as_float', 'double', 'to_double', 'number', 'numeric', 'to_number'],
  string: ['to_string', 'tostring', 'str', 'text', 'as_string', 'to_char', 'varchar'],
  category: ['categorical', 'to_category', 'as_category', 'factor', 'enum'],
  greatest: ['maximum', 'pmax', 'fmax', 'max_of'],
  least: ['minimum', 'pmin', 'fmin', 'min_of'],
  clip: ['clamp', 'limit', 'bound', 'winsorize'],
  lower: ['lowercase', 'tolower', 'to_lower', 'lcase'],
  upper: ['uppercase', 'toupper', 'to_upper', 'ucase'],
  trim: ['strip', 'str_trim'],
  starts_with: ['startswith', 'startsWith', 'begins_with'],
  ends_with: ['endswith', 'endsWith'],
  contains: ['includes', 'has', 'str_contains', 'str_detect'],
  replace: ['str_replace', 'gsub', 'replace_all', 'replaceAll'],
  concat: ['concatenate', 'paste', 'join', 'concat_ws'],
  one_of: ['isin', 'is_in', 'in', 'any_of', 'in_list'],
  bucket: ['cut', 'bin', 'bins', 'bucketize', 'discretize', 'buckets', 'case_bucket'],
  cross: ['interaction', 'crossed', 'cross_features', 'combine'],
  hash: ['hash_bucket', 'feature_hash', 'farm_fingerprint', 'md5', 'murmur3'],
  weekday: ['dayofweek', 'day_of_week', 'dow', 'isodow', 'wday'],
  day: ['dayofmonth', 'day_of_month', 'mday'],
  day_of_year: ['dayofyear', 'doy', 'yday'],
  week: ['weekofyear', 'week_of_year', 'isoweek', 'iso_week'],
  hour: ['hour_of_day', 'hourofday'],
  second: ['seconds'],
  minute: ['minutes'],
  start_of_day: ['to_date', 'trunc_day', 'floor_day', 'startOfDay', 'date'],
  days_between: ['datediff', 'date_diff', 'day_diff'],
  hours_between: ['hour_diff'],
  minutes_between: ['timediff', 'minute_diff'],
  dot: ['dot_product', 'inner_product', 'inner'],
  norm: ['l2_norm', 'l2norm', 'magnitude'],
  cosine: ['cosine_similarity', 'cos_sim'],
  element: ['element_at', 'nth', 'get', 'item', 'at'],
  mean: ['avg', 'average'],
  distinct: ['nunique', 'count_distinct', 'approx_count_distinct', 'n_distinct'],
  stddev: ['std', 'stdev', 'sd', 'stddev_samp'],
  last: ['latest', 'last_value', 'most_recent'],
}

const saidOtherwise: Readonly<Record<string, string>> = {
  mod: 'Write `a % b`.',
  modulo: 'Write `a % b`.',
  between: 'Write `x >= low and x <= high`.',
  log2: 'Write `log(x) / log(2)`.',
  square: 'Write `x * x`.',
  cbrt: 'Write `pow(x, 1 / 3)`.',
  tan: 'Write `sin(x) / cos(x)`.',
  date_trunc: 'Write `start_of_day(t)`, `start_of_week(t)` or `start_of_month(t)`.',
  date_part: 'Write the part as a function: `hour(t)`, `weekday(t)`.',
  extract: 'Write the part as a function: `hour(t)`, `weekday(t)`.',
  like: 'Write `starts_with(x, …)`, `ends_with(x, …)` or `contains(x, …)`.',
  cast: 'Write the type as a function: `int(x)`, `float(x)`, `string(x)`, `category(x)`.',
  xor: 'Write `a != b`.',
  sigmoid: 'Write `1 / (1 + exp(-x))`.',
  now: 'A feature gives the same value whenever it is computed: use the time column of what is observed.',
  today: 'A feature gives the same value whenever it is computed: use the time column of what is observed.',
  current_timestamp:
    'A feature gives the same value whenever it is computed: use the time column of what is observed.',
  random: 'A feature gives the same value whenever it is computed: use `hash(x, n)` of a key.',
  rand: 'A feature gives the same value whenever it is computed: use `hash(x, n)` of a key.',
  lag: 'A feature of earlier rows is windowed: `feature f of e = last(s.x) by s.key over 7 days`.',
  rolling_mean: 'A feature of earlier rows is windowed: `feature f of e = mean(s.x) by s.key over 7 days`.',
  one_hot: 'Encoding is said in `prepare`: `category: one_hot max 100`.',
  standardize: 'Scaling is said in `prepare`: `numeric: impute median, standardize`.',
}

const byName: ReadonlyMap<string, ForeignName> = new Map([
  ...Object.entries(renamed).flatMap(([name, others]) =>
    others.map((other): [string, ForeignName] => [other.toLowerCase(), { name }]),
  ),
  ...Object.entries(saidOtherwise).map(([other, hint]): [string, ForeignName] => [other, { hint }]),
])

/** How a name of another language is said here; undefined when it is not known. Case does not matter. */
export function foreignName(name: string): ForeignName | undefined {
  return byName.get(name.toLowerCase())
}
