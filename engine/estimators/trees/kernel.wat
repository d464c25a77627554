;; The inner loops of growing trees. Addresses are bytes. `rows` are 32-bit row numbers. A pair is 16 bytes, two signed
;; 64-bit integers: the gradient in units of `gradientUnit`; the curvature in units of `curvatureUnit`, shifted left by
;; `countBits`, plus the number of rows. Sums of whole numbers do not depend on the order they are made in, and what is
;; subtracted leaves exactly the rest.
;;
;; `settings`: 0 gradientUnit f64, 8 curvatureUnit f64, 16 l1 f64, 24 l2 f64, 32 minRows f64, 40 minCurvature f64,
;; 48 countBits i32.
;; `best`: 0 gain f64, 8 left and 32 right, each gradient, curvature and rows as f64, 56 bin i32, 60 missing left i32,
;; then 32 bytes to work in.
;; `task`: 0 kind i32 (0: four columns of bytes, 1: one, 2: one of 16 bits), then per column 12 bytes: address of the
;; bins, offset of its sums, bytes of its sums.
;; `job`: 0 next i64 (generation in 24 bits, number of tasks in 20, next task in 20), 8 done i32, 12 generation i32,
;; 16 tasks, 20 rows, 24 n, 28 pairs, 32 sums, 36 end i32.
(module
  (import "trees" "memory" (memory 1 65536 shared))

  ;; bins[i] = the number of edges below values[i], or `missing` of a NaN; n values, 16-bit bins where `wide` is 1.
  (func (export "assign")
    (param $values i32) (param $n i32) (param $edges i32) (param $nEdges i32) (param $missing i32) (param $bins i32)
    (param $wide i32)
    (local $end i32) (local $x f64) (local $base i32) (local $rest i32) (local $half i32) (local $middle i32)
    (local $bin i32)
    (local.set $end (i32.add (local.get $values) (i32.shl (local.get $n) (i32.const 3))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $x (f64.load (local.get $values)))
        (local.set $base (local.get $edges))
        (local.set $rest (local.get $nEdges))
        ;; Halves what is left without a branch on the value.
        (block $found
          (loop $halve
            (br_if $found (i32.eqz (local.get $rest)))
            (local.set $half (i32.shr_u (i32.add (local.get $rest) (i32.const 1)) (i32.const 1)))
            (local.set $middle (i32.add (local.get $base) (i32.shl (local.get $half) (i32.const 3))))
            (local.set $base (select (local.get $middle) (local.get $base)
              (f64.lt (f64.load (i32.sub (local.get $middle) (i32.const 8))) (local.get $x))))
            (local.set $rest (i32.sub (local.get $rest) (local.get $half)))
            (br $halve)))
        (local.set $bin (select (local.get $missing)
          (i32.shr_u (i32.sub (local.get $base) (local.get $edges)) (i32.const 3))
          (f64.ne (local.get $x) (local.get $x))))
        (if (local.get $wide)
          (then
            (i32.store16 (local.get $bins) (local.get $bin))
            (local.set $bins (i32.add (local.get $bins) (i32.const 2))))
          (else
            (i32.store8 (local.get $bins) (local.get $bin))
            (local.set $bins (i32.add (local.get $bins) (i32.const 1)))))
        (local.set $values (i32.add (local.get $values) (i32.const 8)))
        (br_if $next (i32.ne (local.get $values) (local.get $end))))))

  ;; out: sums of |first| and of second, over n pairs of f64
  (func (export "totals") (param $pairs i32) (param $n i32) (param $out i32)
    (local $end i32) (local $sum v128) (local $pair v128)
    (local.set $end (i32.add (local.get $pairs) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $sum (f64x2.add (local.get $sum) (f64x2.abs (v128.load (local.get $pairs)))))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $pairs) (local.get $end)))))
    (v128.store (local.get $out) (local.get $sum)))

  ;; Pairs of f64 become pairs of whole numbers, in place; each counts as one row.
  (func (export "quantize")
    (param $pairs i32) (param $n i32) (param $gradients f64) (param $curvatures f64) (param $countBits i32)
    (local $end i32) (local $bits i64)
    (local.set $bits (i64.extend_i32_u (local.get $countBits)))
    (local.set $end (i32.add (local.get $pairs) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (i64.store (local.get $pairs) (i64.trunc_sat_f64_s (f64.nearest
          (f64.mul (f64.load (local.get $pairs)) (local.get $gradients)))))
        (i64.store offset=8 (local.get $pairs) (i64.or (i64.const 1) (i64.shl (i64.trunc_sat_f64_s (f64.nearest
          (f64.mul (f64.load offset=8 (local.get $pairs)) (local.get $curvatures)))) (local.get $bits))))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $pairs) (local.get $end))))))

  ;; pairs[i] = all[rows[i]]
  (func (export "gather") (param $all i32) (param $rows i32) (param $n i32) (param $pairs i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (v128.store (local.get $pairs)
          (v128.load (i32.add (local.get $all) (i32.shl (i32.load (local.get $rows)) (i32.const 4)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $rows) (local.get $end))))))

  ;; sums[bins[rows[i]]] += pairs[i], for a column of bytes
  (func $sumBytes
    (param $bins i32) (param $sums i32) (param $rows i32) (param $n i32) (param $pairs i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $at (i32.add (local.get $sums)
          (i32.shl (i32.load8_u (i32.add (local.get $bins) (i32.load (local.get $rows)))) (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (v128.load (local.get $pairs))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $rows) (local.get $end))))))

  ;; The same for four columns at once, whose sums do not wait for each other.
  (func $sumFourBytes
    (param $bins0 i32) (param $bins1 i32) (param $bins2 i32) (param $bins3 i32)
    (param $sums0 i32) (param $sums1 i32) (param $sums2 i32) (param $sums3 i32)
    (param $rows i32) (param $n i32) (param $pairs i32)
    (local $end i32) (local $at i32) (local $row i32) (local $pair v128)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $row (i32.load (local.get $rows)))
        (local.set $pair (v128.load (local.get $pairs)))
        (local.set $at (i32.add (local.get $sums0)
          (i32.shl (i32.load8_u (i32.add (local.get $bins0) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums1)
          (i32.shl (i32.load8_u (i32.add (local.get $bins1) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums2)
          (i32.shl (i32.load8_u (i32.add (local.get $bins2) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums3)
          (i32.shl (i32.load8_u (i32.add (local.get $bins3) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $rows) (local.get $end))))))

  ;; The same for a column of 16-bit bins.
  (func $sumWords
    (param $bins i32) (param $sums i32) (param $rows i32) (param $n i32) (param $pairs i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $at (i32.add (local.get $sums) (i32.shl
          (i32.load16_u (i32.add (local.get $bins) (i32.shl (i32.load (local.get $rows)) (i32.const 1))))
          (i32.const 4))))
        (v128.store (local.get $at) (i64x2.add (v128.load (local.get $at)) (v128.load (local.get $pairs))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.ne (local.get $rows) (local.get $end))))))

  ;; The address of the sums of a task's column, cleared.
  (func $clear (param $column i32) (param $sums i32) (result i32)
    (local $at i32)
    (local.set $at (i32.add (local.get $sums) (i32.load offset=4 (local.get $column))))
    (memory.fill (local.get $at) (i32.const 0) (i32.load offset=8 (local.get $column)))
    (local.get $at))

  (func $run (export "run")
    (param $task i32) (param $rows i32) (param $n i32) (param $pairs i32) (param $sums i32)
    (local $kind i32) (local $first i32) (local $at i32)
    (local.set $kind (i32.load (local.get $task)))
    (local.set $first (i32.add (local.get $task) (i32.const 4)))
    (local.set $at (call $clear (local.get $first) (local.get $sums)))
    (if (i32.eqz (local.get $kind))
      (then (call $sumFourBytes
        (i32.load (local.get $first)) (i32.load offset=12 (local.get $first))
        (i32.load offset=24 (local.get $first)) (i32.load offset=36 (local.get $first))
        (local.get $at)
        (call $clear (i32.add (local.get $first) (i32.const 12)) (local.get $sums))
        (call $clear (i32.add (local.get $first) (i32.const 24)) (local.get $sums))
        (call $clear (i32.add (local.get $first) (i32.const 36)) (local.get $sums))
        (local.get $rows) (local.get $n) (local.get $pairs)))
      (else (if (i32.eq (local.get $kind) (i32.const 1))
        (then (call $sumBytes
          (i32.load (local.get $first)) (local.get $at) (local.get $rows) (local.get $n) (local.get $pairs)))
        (else (call $sumWords
          (i32.load (local.get $first)) (local.get $at) (local.get $rows) (local.get $n) (local.get $pairs)))))))

  ;; Tasks of the job's present generation, as long as any is left that nobody has taken.
  (func $work (export "work") (param $job i32) (param $generation i32)
    (local $state i64) (local $task i32)
    (block $done
      (loop $next
        (local.set $state (i64.atomic.load (local.get $job)))
        (br_if $done (i32.ne (i32.wrap_i64 (i64.shr_u (local.get $state) (i64.const 40))) (local.get $generation)))
        (local.set $task (i32.and (i32.wrap_i64 (local.get $state)) (i32.const 0xfffff)))
        (br_if $done (i32.ge_u (local.get $task)
          (i32.and (i32.wrap_i64 (i64.shr_u (local.get $state) (i64.const 20))) (i32.const 0xfffff))))
        (br_if $next (i64.ne (local.get $state)
          (i64.atomic.rmw.cmpxchg (local.get $job) (local.get $state) (i64.add (local.get $state) (i64.const 1)))))
        ;; Who has taken a task keeps the job from changing.
        (call $run
          (i32.add (i32.load offset=16 (local.get $job)) (i32.mul (local.get $task) (i32.const 52)))
          (i32.load offset=20 (local.get $job)) (i32.load offset=24 (local.get $job))
          (i32.load offset=28 (local.get $job)) (i32.load offset=32 (local.get $job)))
        (drop (i32.atomic.rmw.add offset=8 (local.get $job) (i32.const 1)))
        (drop (memory.atomic.notify offset=8 (local.get $job) (i32.const 1)))
        (br $next))))

  ;; Publishes a job of n tasks, takes part in it, and comes back when all are done.
  (func (export "lead") (param $job i32) (param $nTasks i32)
    (local $generation i32) (local $done i32)
    (local.set $generation (i32.and
      (i32.add (i32.atomic.load offset=12 (local.get $job)) (i32.const 1)) (i32.const 0xffffff)))
    (i32.atomic.store offset=8 (local.get $job) (i32.const 0))
    (i64.atomic.store (local.get $job) (i64.or
      (i64.shl (i64.extend_i32_u (local.get $generation)) (i64.const 40))
      (i64.shl (i64.extend_i32_u (local.get $nTasks)) (i64.const 20))))
    (i32.atomic.store offset=12 (local.get $job) (local.get $generation))
    (drop (memory.atomic.notify offset=12 (local.get $job) (i32.const -1)))
    (call $work (local.get $job) (local.get $generation))
    (block $finished
      (loop $again
        (local.set $done (i32.atomic.load offset=8 (local.get $job)))
        (br_if $finished (i32.ge_u (local.get $done) (local.get $nTasks)))
        (drop (memory.atomic.wait32 offset=8 (local.get $job) (local.get $done) (i64.const -1)))
        (br $again))))

  ;; What another thread does until the end is said.
  (func (export "serve") (param $job i32)
    (local $seen i32) (local $generation i32)
    (block $end
      (loop $next
        (br_if $end (i32.atomic.load offset=36 (local.get $job)))
        (local.set $generation (i32.atomic.load offset=12 (local.get $job)))
        (if (i32.eq (local.get $generation) (local.get $seen))
          (then (drop (memory.atomic.wait32 offset=12 (local.get $job) (local.get $seen) (i64.const -1))))
          (else
            (local.set $seen (local.get $generation))
            (call $work (local.get $job) (local.get $generation))))
        (br $next))))

  (func (export "end") (param $job i32)
    (i32.atomic.store offset=36 (local.get $job) (i32.const 1))
    (i32.atomic.store offset=12 (local.get $job)
      (i32.and (i32.add (i32.atomic.load offset=12 (local.get $job)) (i32.const 1)) (i32.const 0xffffff)))
    (drop (memory.atomic.notify offset=12 (local.get $job) (i32.const -1))))

  ;; parent[i] -= child[i], n pairs
  (func (export "subtract") (param $parent i32) (param $child i32) (param $n i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $parent) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (v128.store (local.get $parent) (i64x2.sub (v128.load (local.get $parent)) (v128.load (local.get $child))))
        (local.set $parent (i32.add (local.get $parent) (i32.const 16)))
        (local.set $child (i32.add (local.get $child) (i32.const 16)))
        (br_if $next (i32.ne (local.get $parent) (local.get $end))))))

  ;; total = the sum of n pairs
  (func (export "total") (param $sums i32) (param $n i32) (param $total i32)
    (local $end i32) (local $sum v128)
    (local.set $end (i32.add (local.get $sums) (i32.shl (local.get $n) (i32.const 4))))
    (loop $next
      (local.set $sum (i64x2.add (local.get $sum) (v128.load (local.get $sums))))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (br_if $next (i32.ne (local.get $sums) (local.get $end))))
    (v128.store (local.get $total) (local.get $sum)))

  ;; out: gradient, curvature and rows of n pairs as f64
  (func $decode (export "decode") (param $sums i32) (param $n i32) (param $settings i32) (param $out i32)
    (local $end i32) (local $bits i64) (local $mask i64) (local $second i64)
    (local.set $end (i32.add (local.get $sums) (i32.shl (local.get $n) (i32.const 4))))
    (local.set $bits (i64.extend_i32_u (i32.load offset=48 (local.get $settings))))
    (local.set $mask (i64.sub (i64.shl (i64.const 1) (local.get $bits)) (i64.const 1)))
    (loop $next
      (local.set $second (i64.load offset=8 (local.get $sums)))
      (f64.store (local.get $out)
        (f64.mul (f64.convert_i64_s (i64.load (local.get $sums))) (f64.load (local.get $settings))))
      (f64.store offset=8 (local.get $out)
        (f64.mul (f64.convert_i64_s (i64.shr_s (local.get $second) (local.get $bits)))
          (f64.load offset=8 (local.get $settings))))
      (f64.store offset=16 (local.get $out) (f64.convert_i64_s (i64.and (local.get $second) (local.get $mask))))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 24)))
      (br_if $next (i32.ne (local.get $sums) (local.get $end)))))

  ;; What a pair of sides, or the same side twice, lowers the loss by: (|g| - l1)^2 / (h + l2) each.
  (func $scores (param $g v128) (param $h v128) (param $l1 v128) (param $l2 v128) (result v128)
    (local $shrunk v128)
    (local.set $shrunk (f64x2.pmax (f64x2.sub (f64x2.abs (local.get $g)) (local.get $l1)) (v128.const f64x2 0 0)))
    (f64x2.div (f64x2.mul (local.get $shrunk) (local.get $shrunk)) (f64x2.add (local.get $h) (local.get $l2))))

  ;; The best split of a column of numbers whose last bin is of missing values. `best` keeps what gains more, or is
  ;; written; then the result is 1.
  (func (export "scan")
    (param $sums i32) (param $nBins i32) (param $total i32) (param $settings i32) (param $best i32) (result i32)
    (local $bits i64) (local $mask i64) (local $gradientUnit f64) (local $curvatureUnit f64)
    (local $l1 v128) (local $l2 v128) (local $minRows i64) (local $minCurvature f64)
    (local $totalG i64) (local $totalH i64) (local $rows i64) (local $missing i32)
    (local $g i64) (local $h i64) (local $second i64) (local $leftH f64) (local $rightH f64) (local $rest i64)
    (local $scores v128) (local $whole f64) (local $gain f64) (local $bestGain f64)
    (local $bin i32) (local $last i32) (local $at i32) (local $missingLeft i32) (local $found i32)
    (local $bestG i64) (local $bestH i64)
    (local.set $bits (i64.extend_i32_u (i32.load offset=48 (local.get $settings))))
    (local.set $mask (i64.sub (i64.shl (i64.const 1) (local.get $bits)) (i64.const 1)))
    (local.set $gradientUnit (f64.load (local.get $settings)))
    (local.set $curvatureUnit (f64.load offset=8 (local.get $settings)))
    (local.set $l1 (f64x2.splat (f64.load offset=16 (local.get $settings))))
    (local.set $l2 (f64x2.splat (f64.load offset=24 (local.get $settings))))
    (local.set $minRows (i64.trunc_sat_f64_s (f64.load offset=32 (local.get $settings))))
    (local.set $minCurvature (f64.load offset=40 (local.get $settings)))
    (local.set $totalG (i64.load (local.get $total)))
    (local.set $totalH (i64.load offset=8 (local.get $total)))
    (local.set $rows (i64.and (local.get $totalH) (local.get $mask)))
    (local.set $bestGain (f64.load (local.get $best)))
    (local.set $missing (i32.add (local.get $sums) (i32.shl (i32.sub (local.get $nBins) (i32.const 1)) (i32.const 4))))
    (local.set $last (i32.sub (local.get $nBins) (i32.const 2)))
    (local.set $whole (f64x2.extract_lane 0 (call $scores
      (f64x2.splat (f64.mul (f64.convert_i64_s (local.get $totalG)) (local.get $gradientUnit)))
      (f64x2.splat (f64.mul (f64.convert_i64_s (i64.shr_s (local.get $totalH) (local.get $bits)))
        (local.get $curvatureUnit)))
      (local.get $l1) (local.get $l2))))
    (block $allDone
      (loop $direction
        (local.set $bin (i32.const 0))
        (local.set $at (local.get $sums))
        (block $done
          (br_if $done (i32.le_s (local.get $last) (i32.const 0)))
          (loop $next
            (local.set $second (i64.load offset=8 (local.get $at)))
            (block $skip
              (br_if $skip (i64.eqz (local.get $second)))
              (local.set $g (i64.add (local.get $g) (i64.load (local.get $at))))
              (local.set $h (i64.add (local.get $h) (local.get $second)))
              (br_if $skip (i64.lt_s (i64.and (local.get $h) (local.get $mask)) (local.get $minRows)))
              (local.set $rest (i64.sub (local.get $totalH) (local.get $h)))
              (br_if $done (i64.lt_s (i64.and (local.get $rest) (local.get $mask)) (local.get $minRows)))
              (local.set $leftH (f64.mul
                (f64.convert_i64_s (i64.shr_s (local.get $h) (local.get $bits))) (local.get $curvatureUnit)))
              (br_if $skip (f64.lt (local.get $leftH) (local.get $minCurvature)))
              (local.set $rightH (f64.mul
                (f64.convert_i64_s (i64.shr_s (local.get $rest) (local.get $bits))) (local.get $curvatureUnit)))
              (br_if $done (f64.lt (local.get $rightH) (local.get $minCurvature)))
              (local.set $scores (call $scores
                (f64x2.replace_lane 1
                  (f64x2.splat (f64.mul (f64.convert_i64_s (local.get $g)) (local.get $gradientUnit)))
                  (f64.mul (f64.convert_i64_s (i64.sub (local.get $totalG) (local.get $g))) (local.get $gradientUnit)))
                (f64x2.replace_lane 1 (f64x2.splat (local.get $leftH)) (local.get $rightH))
                (local.get $l1) (local.get $l2)))
              (local.set $gain (f64.sub
                (f64.add (f64x2.extract_lane 0 (local.get $scores)) (f64x2.extract_lane 1 (local.get $scores)))
                (local.get $whole)))
              (br_if $skip (i32.eqz (f64.gt (local.get $gain) (local.get $bestGain))))
              (local.set $bestGain (local.get $gain))
              (local.set $bestG (local.get $g))
              (local.set $bestH (local.get $h))
              (local.set $found (i32.const 1))
              (i32.store offset=56 (local.get $best) (local.get $bin))
              (i32.store offset=60 (local.get $best) (local.get $missingLeft)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $bin (i32.add (local.get $bin) (i32.const 1)))
            (br_if $next (i32.lt_s (local.get $bin) (local.get $last)))))
        ;; Once more with the missing values on the left.
        (br_if $allDone (local.get $missingLeft))
        (br_if $allDone (i64.eqz (i64.load offset=8 (local.get $missing))))
        (local.set $missingLeft (i32.const 1))
        (local.set $g (i64.load (local.get $missing)))
        (local.set $h (i64.load offset=8 (local.get $missing)))
        (br $direction)))
    (if (local.get $found)
      (then
        ;; Both sides as pairs where they will be decoded from, the right one last.
        (f64.store (local.get $best) (local.get $bestGain))
        (i64.store offset=64 (local.get $best) (local.get $bestG))
        (i64.store offset=72 (local.get $best) (local.get $bestH))
        (i64.store offset=80 (local.get $best) (i64.sub (local.get $totalG) (local.get $bestG)))
        (i64.store offset=88 (local.get $best) (i64.sub (local.get $totalH) (local.get $bestH)))
        (call $decode (i32.add (local.get $best) (i32.const 64)) (i32.const 2) (local.get $settings)
          (i32.add (local.get $best) (i32.const 8)))))
    (local.get $found))

  ;; Rows whose bin goes left come first, both sides in their order; gives how many those are. `spare` is as long as
  ;; `rows`. `side` has a byte per bin: 1 left, 0 right. `wide` is 1 for 16-bit bins.
  (func (export "partition")
    (param $bins i32) (param $wide i32) (param $rows i32) (param $n i32) (param $side i32) (param $spare i32)
    (result i32)
    (local $from i32) (local $end i32) (local $left i32) (local $right i32) (local $row i32) (local $goes i32)
    (local.set $from (local.get $rows))
    (local.set $left (local.get $rows))
    (local.set $right (local.get $spare))
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $row (i32.load (local.get $rows)))
        (local.set $goes (i32.load8_u (i32.add (local.get $side)
          (if (result i32) (local.get $wide)
            (then (i32.load16_u (i32.add (local.get $bins) (i32.shl (local.get $row) (i32.const 1)))))
            (else (i32.load8_u (i32.add (local.get $bins) (local.get $row))))))))
        ;; Written to both places; only one of them moves on.
        (i32.store (local.get $left) (local.get $row))
        (i32.store (local.get $right) (local.get $row))
        (local.set $left (i32.add (local.get $left) (i32.shl (local.get $goes) (i32.const 2))))
        (local.set $right (i32.add (local.get $right)
          (i32.shl (i32.xor (local.get $goes) (i32.const 1)) (i32.const 2))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (br_if $next (i32.ne (local.get $rows) (local.get $end)))))
    (memory.copy (local.get $left) (local.get $spare) (i32.sub (local.get $right) (local.get $spare)))
    (i32.shr_u (i32.sub (local.get $left) (local.get $from)) (i32.const 2))))
