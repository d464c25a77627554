;; The inner loops of growing trees. Addresses are bytes; `rows` are 32-bit row numbers; `pairs` are two doubles per
;; row, its gradient and its curvature; `sums` are two doubles per bin, aligned to 16 bytes.
(module
  (import "trees" "memory" (memory 1 65536 shared))

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
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))))

  ;; sums[bins[rows[i]]] += pairs[i], for a column of bytes
  (func (export "sumBytes")
    (param $bins i32) (param $rows i32) (param $n i32) (param $pairs i32) (param $sums i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $at (i32.add (local.get $sums)
          (i32.shl (i32.load8_u (i32.add (local.get $bins) (i32.load (local.get $rows)))) (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (v128.load (local.get $pairs))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))))

  ;; The same for four columns at once, whose sums do not wait for each other.
  (func (export "sumFourBytes")
    (param $bins0 i32) (param $bins1 i32) (param $bins2 i32) (param $bins3 i32)
    (param $rows i32) (param $n i32) (param $pairs i32)
    (param $sums0 i32) (param $sums1 i32) (param $sums2 i32) (param $sums3 i32)
    (local $end i32) (local $at i32) (local $row i32) (local $pair v128)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $row (i32.load (local.get $rows)))
        (local.set $pair (v128.load (local.get $pairs)))
        (local.set $at (i32.add (local.get $sums0)
          (i32.shl (i32.load8_u (i32.add (local.get $bins0) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums1)
          (i32.shl (i32.load8_u (i32.add (local.get $bins1) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums2)
          (i32.shl (i32.load8_u (i32.add (local.get $bins2) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $at (i32.add (local.get $sums3)
          (i32.shl (i32.load8_u (i32.add (local.get $bins3) (local.get $row))) (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (local.get $pair)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))))

  ;; The same for a column of 16-bit bins.
  (func (export "sumWords")
    (param $bins i32) (param $rows i32) (param $n i32) (param $pairs i32) (param $sums i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $at (i32.add (local.get $sums) (i32.shl
          (i32.load16_u (i32.add (local.get $bins) (i32.shl (i32.load (local.get $rows)) (i32.const 1))))
          (i32.const 4))))
        (v128.store (local.get $at) (f64x2.add (v128.load (local.get $at)) (v128.load (local.get $pairs))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))))

  ;; parent[i] -= child[i], n pairs
  (func (export "subtract") (param $parent i32) (param $child i32) (param $n i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $parent) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (v128.store (local.get $parent) (f64x2.sub (v128.load (local.get $parent)) (v128.load (local.get $child))))
        (local.set $parent (i32.add (local.get $parent) (i32.const 16)))
        (local.set $child (i32.add (local.get $child) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $parent) (local.get $end))))))

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
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end)))))
    (memory.copy (local.get $left) (local.get $spare) (i32.sub (local.get $right) (local.get $spare)))
    (i32.shr_u (i32.sub (local.get $left) (local.get $from)) (i32.const 2))))
