;; The two passes of resampling, with vectors of 128 bits (`npm run kernel` makes kernel-code.ts of this).
;; Sums are 32-bit integers with 22 bits behind the point, as in Pillow: they begin with a half, so that
;; the shift rounds, and are at most 255.5, so that nothing overflows. Loads and stores may run over the
;; end of a row by 7 bytes: what is stored there is overwritten by the next row, and behind the last one
;; there has to be room.
(module
  (import "env" "memory" (memory 1))

  ;; Along rows, three channels: each output pixel is one vector, whose fourth lane means nothing.
  (func (export "rgbRows")
    (param $source i32) (param $length i32) ;; rows, and bytes from one to the next
    (param $rows i32)
    (param $from i32) (param $count i32) (param $weights i32) (param $stride i32)
    (param $width i32) (param $to i32)
    (local $x i32) (local $k i32) (local $pixel i32) (local $weight i32) (local $sum v128)
    (loop $row
      (local.set $x (i32.const 0))
      (loop $column
        (local.set $sum (v128.const i32x4 2097152 2097152 2097152 2097152))
        (local.set $pixel (i32.add (local.get $source)
          (i32.mul (i32.const 3) (i32.load (i32.add (local.get $from) (i32.shl (local.get $x) (i32.const 2)))))))
        (local.set $k (i32.load (i32.add (local.get $count) (i32.shl (local.get $x) (i32.const 2)))))
        (local.set $weight (i32.add (local.get $weights)
          (i32.shl (i32.mul (local.get $x) (local.get $stride)) (i32.const 2))))
        (loop $tap
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.mul
            (v128.load32_splat (local.get $weight))
            (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $pixel)))))))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 3)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $tap (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (local.set $sum (i32x4.shr_u (local.get $sum) (i32.const 22)))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
        (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
        (local.set $to (i32.add (local.get $to) (i32.const 3)))
        (br_if $column (i32.lt_u
          (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $width))))
      (local.set $source (i32.add (local.get $source) (local.get $length)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Along rows, one channel, without vectors.
  (func (export "greyRows")
    (param $source i32) (param $length i32)
    (param $rows i32)
    (param $from i32) (param $count i32) (param $weights i32) (param $stride i32)
    (param $width i32) (param $to i32)
    (local $x i32) (local $k i32) (local $pixel i32) (local $weight i32) (local $sum i32)
    (loop $row
      (local.set $x (i32.const 0))
      (loop $column
        (local.set $sum (i32.const 2097152))
        (local.set $pixel (i32.add (local.get $source)
          (i32.load (i32.add (local.get $from) (i32.shl (local.get $x) (i32.const 2))))))
        (local.set $k (i32.load (i32.add (local.get $count) (i32.shl (local.get $x) (i32.const 2)))))
        (local.set $weight (i32.add (local.get $weights)
          (i32.shl (i32.mul (local.get $x) (local.get $stride)) (i32.const 2))))
        (loop $tap
          (local.set $sum (i32.add (local.get $sum)
            (i32.mul (i32.load (local.get $weight)) (i32.load8_u (local.get $pixel)))))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 1)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $tap (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (i32.store8 (local.get $to) (i32.shr_u (local.get $sum) (i32.const 22)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br_if $column (i32.lt_u
          (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $width))))
      (local.set $source (i32.add (local.get $source) (local.get $length)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Along columns: eight bytes of a row at a time, whatever channels they are of.
  (func (export "columns")
    (param $source i32) (param $length i32)
    (param $from i32) (param $count i32) (param $weights i32) (param $stride i32)
    (param $height i32) (param $to i32)
    (local $i i32) (local $k i32) (local $at i32) (local $weight i32) (local $first i32)
    (local $low v128) (local $high v128) (local $levels v128) (local $factor v128)
    (loop $row
      (local.set $first (i32.add (local.get $source)
        (i32.mul (i32.load (local.get $from)) (local.get $length))))
      (local.set $i (i32.const 0))
      (loop $column
        (local.set $low (v128.const i32x4 2097152 2097152 2097152 2097152))
        (local.set $high (local.get $low))
        (local.set $at (i32.add (local.get $first) (local.get $i)))
        (local.set $weight (local.get $weights))
        (local.set $k (i32.load (local.get $count)))
        (loop $tap
          (local.set $levels (v128.load8x8_u (local.get $at)))
          (local.set $factor (v128.load32_splat (local.get $weight)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $levels)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $levels)))))
          (local.set $at (i32.add (local.get $at) (local.get $length)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $tap (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (local.set $low (i16x8.narrow_i32x4_s
          (i32x4.shr_u (local.get $low) (i32.const 22)) (i32x4.shr_u (local.get $high) (i32.const 22))))
        (v128.store64_lane 0 (i32.add (local.get $to) (local.get $i))
          (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
        (br_if $column (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 8))) (local.get $length))))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $count (i32.add (local.get $count) (i32.const 4)))
      (local.set $weights (i32.add (local.get $weights) (i32.shl (local.get $stride) (i32.const 2))))
      (br_if $row (local.tee $height (i32.sub (local.get $height) (i32.const 1)))))))
