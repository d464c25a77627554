;; The inner loops of linear models over a block of rows. Addresses are bytes, numbers f64. `n`, the rows, is a multiple of
;; 4: what is filled up adds nothing. Every sum is made in one order and without fused operations, so that it has the same
;; bits on every machine.
(module
  (import "linear" "memory" (memory 1 65536 shared))

  ;; z += factors · columns a, b, c, d
  (func (export "score")
    (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $n i32) (param $z i32) (param $factors i32)
    (local $end i32)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (local.set $end (i32.add (local.get $z) (i32.shl (local.get $n) (i32.const 3))))
    (local.set $p (v128.load64_splat (local.get $factors)))
    (local.set $q (v128.load64_splat offset=8 (local.get $factors)))
    (local.set $r (v128.load64_splat offset=16 (local.get $factors)))
    (local.set $s (v128.load64_splat offset=24 (local.get $factors)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $z) (local.get $end)))
        (v128.store (local.get $z) (f64x2.add (v128.load (local.get $z)) (f64x2.add
          (f64x2.add
            (f64x2.mul (local.get $p) (v128.load (local.get $a)))
            (f64x2.mul (local.get $q) (v128.load (local.get $b))))
          (f64x2.add
            (f64x2.mul (local.get $r) (v128.load (local.get $c)))
            (f64x2.mul (local.get $s) (v128.load (local.get $d)))))))
        (v128.store offset=16 (local.get $z) (f64x2.add (v128.load offset=16 (local.get $z)) (f64x2.add
          (f64x2.add
            (f64x2.mul (local.get $p) (v128.load offset=16 (local.get $a)))
            (f64x2.mul (local.get $q) (v128.load offset=16 (local.get $b))))
          (f64x2.add
            (f64x2.mul (local.get $r) (v128.load offset=16 (local.get $c)))
            (f64x2.mul (local.get $s) (v128.load offset=16 (local.get $d)))))))
        (local.set $a (i32.add (local.get $a) (i32.const 32)))
        (local.set $b (i32.add (local.get $b) (i32.const 32)))
        (local.set $c (i32.add (local.get $c) (i32.const 32)))
        (local.set $d (i32.add (local.get $d) (i32.const 32)))
        (local.set $z (i32.add (local.get $z) (i32.const 32)))
        (br $next))))

  ;; Adds Σ v · column of columns a, b, c, d to `sums`.
  (func (export "dot")
    (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $n i32) (param $v i32) (param $sums i32)
    (local $end i32) (local $f v128) (local $g v128)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (local $t v128) (local $u v128) (local $w v128) (local $y v128)
    (local.set $end (i32.add (local.get $v) (i32.shl (local.get $n) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $v) (local.get $end)))
        (local.set $f (v128.load (local.get $v)))
        (local.set $g (v128.load offset=16 (local.get $v)))
        (local.set $p (f64x2.add (local.get $p) (f64x2.mul (local.get $f) (v128.load (local.get $a)))))
        (local.set $q (f64x2.add (local.get $q) (f64x2.mul (local.get $f) (v128.load (local.get $b)))))
        (local.set $r (f64x2.add (local.get $r) (f64x2.mul (local.get $f) (v128.load (local.get $c)))))
        (local.set $s (f64x2.add (local.get $s) (f64x2.mul (local.get $f) (v128.load (local.get $d)))))
        (local.set $t (f64x2.add (local.get $t) (f64x2.mul (local.get $g) (v128.load offset=16 (local.get $a)))))
        (local.set $u (f64x2.add (local.get $u) (f64x2.mul (local.get $g) (v128.load offset=16 (local.get $b)))))
        (local.set $w (f64x2.add (local.get $w) (f64x2.mul (local.get $g) (v128.load offset=16 (local.get $c)))))
        (local.set $y (f64x2.add (local.get $y) (f64x2.mul (local.get $g) (v128.load offset=16 (local.get $d)))))
        (local.set $a (i32.add (local.get $a) (i32.const 32)))
        (local.set $b (i32.add (local.get $b) (i32.const 32)))
        (local.set $c (i32.add (local.get $c) (i32.const 32)))
        (local.set $d (i32.add (local.get $d) (i32.const 32)))
        (local.set $v (i32.add (local.get $v) (i32.const 32)))
        (br $next)))
    (call $addSum (local.get $sums) (f64x2.add (local.get $p) (local.get $t)))
    (call $addSum (i32.add (local.get $sums) (i32.const 8)) (f64x2.add (local.get $q) (local.get $u)))
    (call $addSum (i32.add (local.get $sums) (i32.const 16)) (f64x2.add (local.get $r) (local.get $w)))
    (call $addSum (i32.add (local.get $sums) (i32.const 24)) (f64x2.add (local.get $s) (local.get $y))))

  ;; Adds Σ w d, Σ w d² and Σ w x², d = x − first, of one column to `sums`.
  (func (export "moments") (param $x i32) (param $n i32) (param $first f64) (param $w i32) (param $sums i32)
    (local $end i32) (local $value v128) (local $origin v128) (local $weight v128) (local $d v128)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128) (local $t v128) (local $u v128)
    (local.set $origin (f64x2.splat (local.get $first)))
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $n) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (local.set $weight (v128.load (local.get $w)))
        (local.set $value (v128.load (local.get $x)))
        (local.set $d (f64x2.sub (local.get $value) (local.get $origin)))
        (local.set $r (f64x2.add (local.get $r)
          (f64x2.mul (f64x2.mul (local.get $weight) (local.get $value)) (local.get $value))))
        (local.set $weight (f64x2.mul (local.get $weight) (local.get $d)))
        (local.set $p (f64x2.add (local.get $p) (local.get $weight)))
        (local.set $q (f64x2.add (local.get $q) (f64x2.mul (local.get $weight) (local.get $d))))
        (local.set $weight (v128.load offset=16 (local.get $w)))
        (local.set $value (v128.load offset=16 (local.get $x)))
        (local.set $d (f64x2.sub (local.get $value) (local.get $origin)))
        (local.set $u (f64x2.add (local.get $u)
          (f64x2.mul (f64x2.mul (local.get $weight) (local.get $value)) (local.get $value))))
        (local.set $weight (f64x2.mul (local.get $weight) (local.get $d)))
        (local.set $s (f64x2.add (local.get $s) (local.get $weight)))
        (local.set $t (f64x2.add (local.get $t) (f64x2.mul (local.get $weight) (local.get $d))))
        (local.set $x (i32.add (local.get $x) (i32.const 32)))
        (local.set $w (i32.add (local.get $w) (i32.const 32)))
        (br $next)))
    (call $addSum (local.get $sums) (f64x2.add (local.get $p) (local.get $s)))
    (call $addSum (i32.add (local.get $sums) (i32.const 8)) (f64x2.add (local.get $q) (local.get $t)))
    (call $addSum (i32.add (local.get $sums) (i32.const 16)) (f64x2.add (local.get $r) (local.get $u))))

  (func $addSum (param $to i32) (param $pair v128)
    (f64.store (local.get $to) (f64.add (f64.load (local.get $to))
      (f64.add (f64x2.extract_lane 0 (local.get $pair)) (f64x2.extract_lane 1 (local.get $pair))))))

  ;; Adds Σ column · column of all pairs to the lower triangle of `sums`, (k, k), row after row; some of the upper one is
  ;; touched. Columns lie `stride` bytes apart; k is a multiple of 4.
  (func (export "products") (param $x i32) (param $stride i32) (param $k i32) (param $n i32) (param $sums i32)
    (local $i i32) (local $j i32) (local $row i32) (local $a i32) (local $e i32)
    (local.set $row (local.get $sums))
    (local.set $a (local.get $x))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $i) (local.get $k)))
        (local.set $j (i32.const 0))
        (local.set $e (local.get $x))
        (loop $columns
          (call $tile (local.get $a) (local.get $e) (local.get $stride) (local.get $n)
            (i32.add (local.get $row) (i32.shl (local.get $j) (i32.const 3)))
            (i32.shl (local.get $k) (i32.const 3)))
          (local.set $e (i32.add (local.get $e) (i32.shl (local.get $stride) (i32.const 1))))
          (local.set $j (i32.add (local.get $j) (i32.const 2)))
          (br_if $columns (i32.lt_u (local.get $j) (i32.add (local.get $i) (i32.const 4)))))
        (local.set $a (i32.add (local.get $a) (i32.shl (local.get $stride) (i32.const 2))))
        (local.set $row (i32.add (local.get $row) (i32.shl (local.get $k) (i32.const 5))))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br $rows))))

  ;; Four columns with two: four rows of `sums`, `width` bytes apart, of two numbers.
  (func $tile
    (param $a i32) (param $e i32) (param $stride i32) (param $n i32) (param $sums i32) (param $width i32)
    (local $b i32) (local $c i32) (local $d i32) (local $f i32) (local $end i32)
    (local $g v128) (local $h v128) (local $x v128)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (local $t v128) (local $u v128) (local $w v128) (local $y v128)
    (local.set $b (i32.add (local.get $a) (local.get $stride)))
    (local.set $c (i32.add (local.get $b) (local.get $stride)))
    (local.set $d (i32.add (local.get $c) (local.get $stride)))
    (local.set $f (i32.add (local.get $e) (local.get $stride)))
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $n) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $a) (local.get $end)))
        (local.set $g (v128.load (local.get $e)))
        (local.set $h (v128.load (local.get $f)))
        (local.set $x (v128.load (local.get $a)))
        (local.set $p (f64x2.add (local.get $p) (f64x2.mul (local.get $x) (local.get $g))))
        (local.set $q (f64x2.add (local.get $q) (f64x2.mul (local.get $x) (local.get $h))))
        (local.set $x (v128.load (local.get $b)))
        (local.set $r (f64x2.add (local.get $r) (f64x2.mul (local.get $x) (local.get $g))))
        (local.set $s (f64x2.add (local.get $s) (f64x2.mul (local.get $x) (local.get $h))))
        (local.set $x (v128.load (local.get $c)))
        (local.set $t (f64x2.add (local.get $t) (f64x2.mul (local.get $x) (local.get $g))))
        (local.set $u (f64x2.add (local.get $u) (f64x2.mul (local.get $x) (local.get $h))))
        (local.set $x (v128.load (local.get $d)))
        (local.set $w (f64x2.add (local.get $w) (f64x2.mul (local.get $x) (local.get $g))))
        (local.set $y (f64x2.add (local.get $y) (f64x2.mul (local.get $x) (local.get $h))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (local.set $c (i32.add (local.get $c) (i32.const 16)))
        (local.set $d (i32.add (local.get $d) (i32.const 16)))
        (local.set $e (i32.add (local.get $e) (i32.const 16)))
        (local.set $f (i32.add (local.get $f) (i32.const 16)))
        (br $next)))
    (call $addPair (local.get $sums) (local.get $p) (local.get $q))
    (local.set $sums (i32.add (local.get $sums) (local.get $width)))
    (call $addPair (local.get $sums) (local.get $r) (local.get $s))
    (local.set $sums (i32.add (local.get $sums) (local.get $width)))
    (call $addPair (local.get $sums) (local.get $t) (local.get $u))
    (local.set $sums (i32.add (local.get $sums) (local.get $width)))
    (call $addPair (local.get $sums) (local.get $w) (local.get $y)))

  (func $addPair (param $to i32) (param $first v128) (param $second v128)
    (call $addSum (local.get $to) (local.get $first))
    (call $addSum (i32.add (local.get $to) (i32.const 8)) (local.get $second)))

  ;; e^x of x ≤ 0: x = whole · ln 2 + rest, |rest| ≤ ln 2 / 2, of which Taylor's polynomial is good to half a unit in the
  ;; last place. Below −708 that of −708; NaN of NaN.
  (func $exp (param $x v128) (result v128) (local $whole v128) (local $r v128)
    (local.set $x (f64x2.max (local.get $x) (v128.const f64x2 -708 -708)))
    (local.set $whole (f64x2.nearest (f64x2.mul (local.get $x)
      (v128.const f64x2 0x1.71547652b82fep+0 0x1.71547652b82fep+0))))
    (local.set $r (f64x2.sub
      (f64x2.sub (local.get $x) (f64x2.mul (local.get $whole)
        (v128.const f64x2 0x1.62e42fee00000p-1 0x1.62e42fee00000p-1)))
      (f64x2.mul (local.get $whole) (v128.const f64x2 0x1.a39ef35793c76p-33 0x1.a39ef35793c76p-33))))
    ;; 1/13!, 1/12!, …
    (local.set $x (f64x2.add (v128.const f64x2 0x1.1eed8eff8d898p-29 0x1.1eed8eff8d898p-29)
      (f64x2.mul (local.get $r) (v128.const f64x2 0x1.6124613a86d09p-33 0x1.6124613a86d09p-33))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.ae64567f544e4p-26 0x1.ae64567f544e4p-26)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.27e4fb7789f5cp-22 0x1.27e4fb7789f5cp-22)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.71de3a556c734p-19 0x1.71de3a556c734p-19)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.a01a01a01a01ap-16 0x1.a01a01a01a01ap-16)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.a01a01a01a01ap-13 0x1.a01a01a01a01ap-13)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.6c16c16c16c17p-10 0x1.6c16c16c16c17p-10)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.1111111111111p-7 0x1.1111111111111p-7)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.5555555555555p-5 0x1.5555555555555p-5)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0x1.5555555555555p-3 0x1.5555555555555p-3)
      (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 0.5 0.5) (f64x2.mul (local.get $r) (local.get $x))))
    (local.set $x (f64x2.add (v128.const f64x2 1 1) (f64x2.add (local.get $r)
      (f64x2.mul (f64x2.mul (local.get $r) (local.get $r)) (local.get $x)))))
    ;; times 2 to the power of `whole`, by its bits
    (f64x2.mul (local.get $x) (i64x2.shl
      (i64x2.add (v128.const i64x2 1023 1023)
        (i64x2.extend_low_i32x4_s (i32x4.trunc_sat_f64x2_s_zero (local.get $whole))))
      (i32.const 52))))

  ;; Of labels y of 0 and 1: z becomes 1 / (1 + e^−z) − y. Gives Σ max(z, 0) − y z and writes Π (1 + e^−|z|) to `product`;
  ;; the loss is the first plus the logarithm of the second. n is at most 1000, so that the product is finite.
  (func (export "logistic") (param $z i32) (param $y i32) (param $n i32) (param $product i32) (result f64)
    (local $end i32) (local $score v128) (local $label v128) (local $e v128) (local $p v128) (local $sum v128)
    (local $factor v128)
    (local.set $factor (v128.const f64x2 1 1))
    (local.set $end (i32.add (local.get $z) (i32.shl (local.get $n) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $z) (local.get $end)))
        (local.set $score (v128.load (local.get $z)))
        (local.set $label (v128.load (local.get $y)))
        (local.set $e (call $exp (f64x2.neg (f64x2.abs (local.get $score)))))
        (local.set $p (f64x2.add (v128.const f64x2 1 1) (local.get $e)))
        (local.set $factor (f64x2.mul (local.get $factor) (local.get $p)))
        (local.set $p (f64x2.div (v128.const f64x2 1 1) (local.get $p)))
        (local.set $sum (f64x2.add (local.get $sum) (f64x2.sub
          (f64x2.max (local.get $score) (v128.const f64x2 0 0))
          (f64x2.mul (local.get $label) (local.get $score)))))
        (v128.store (local.get $z) (f64x2.sub
          (v128.bitselect
            (local.get $p) (f64x2.mul (local.get $e) (local.get $p))
            (f64x2.gt (local.get $score) (v128.const f64x2 0 0)))
          (local.get $label)))
        (local.set $z (i32.add (local.get $z) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (br $next)))
    (f64.store (local.get $product)
      (f64.mul (f64x2.extract_lane 0 (local.get $factor)) (f64x2.extract_lane 1 (local.get $factor))))
    (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum)))))
