;; Lines into the records of a batch (cursor.ts has their layout), sixteen bytes at a step. What JavaScript takes five times
;; as long for is most of the work of `ktool produce`. `npm run generate:wasm` makes lines-wasm.ts of this.
;;
;; All copies are of whole blocks of 16 bytes: behind what is read and written there have to be that many more.

(module
  ;; line-encoder.ts says what lies where.
  (memory (export "memory") 6)

  ;; What encode() has done: so many records, and the end of the last line of them, with its delimiter.
  (global $count (export "count") (mut i32) (i32.const 0))
  (global $taken (export "taken") (mut i32) (i32.const 0))

  ;; Bytes of an unsigned varint: 7 bits each.
  (func $varintSize (param $value i32) (result i32)
    (i32.shr_u
      (i32.sub
        (i32.const 352)
        (i32.mul (i32.const 9) (i32.clz (i32.or (local.get $value) (i32.const 1)))))
      (i32.const 6)))

  ;; Writes an unsigned varint and gives the place after it.
  (func $writeVarint (param $at i32) (param $value i32) (result i32)
    (loop $more
      (if (i32.gt_u (local.get $value) (i32.const 127))
        (then
          (i32.store8 (local.get $at) (i32.or (local.get $value) (i32.const 128)))
          (local.set $value (i32.shr_u (local.get $value) (i32.const 7)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $more))))
    (i32.store8 (local.get $at) (local.get $value))
    (i32.add (local.get $at) (i32.const 1)))

  ;; The first place from $at on with the byte that $pattern is made of; $end or more where there is none before it.
  (func $find (param $at i32) (param $end i32) (param $pattern v128) (result i32)
    (local $found i32)
    (loop $more
      (local.set $found (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $pattern))))
      (if (local.get $found)
        (then (return (i32.add (local.get $at) (i32.ctz (local.get $found))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $at))

  ;; Copies bytes and gives the place after them.
  (func $copy (param $from i32) (param $size i32) (param $to i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $size)))
    (loop $more
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store (local.get $to) (v128.load (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $more))))
    (local.get $end))

  ;; Takes whole lines from $at to $end, $most at most, for as long as their records end at $limit or before it. Gives the end
  ;; of the records.
  (func (export "encode")
    (param $at i32) (param $end i32)
    (param $delimiter i32)
    (param $emptyLength i32)   ;; what an empty line has as the length of its value: 0, or 1 for null
    (param $timeDelta i32)     ;; a varint in memory, of so many bytes
    (param $timeSize i32)
    (param $offsetDelta i32)   ;; of the first record
    (param $most i32)
    (param $out i32) (param $limit i32)
    (result i32)
    (local $pattern v128)
    (local $lineEnd i32)
    (local $size i32)
    (local $sizeLength i32)    ;; zigzagged, as all numbers of a record are
    (local $delta i32)
    (local $length i32)
    (local.set $pattern (i8x16.splat (local.get $delimiter)))
    (global.set $count (i32.const 0))
    (global.set $taken (local.get $at))
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (global.get $count) (local.get $most)))
        (local.set $lineEnd (call $find (local.get $at) (local.get $end) (local.get $pattern)))
        (br_if $done (i32.ge_u (local.get $lineEnd) (local.get $end)))

        (local.set $size (i32.sub (local.get $lineEnd) (local.get $at)))
        (local.set $sizeLength
          (select
            (i32.shl (local.get $size) (i32.const 1))
            (local.get $emptyLength)
            (local.get $size)))
        (local.set $delta
          (i32.shl (i32.add (local.get $offsetDelta) (global.get $count)) (i32.const 1)))
        ;; Attributes, key and headers are a byte each.
        (local.set $length
          (i32.add
            (i32.add (i32.const 3) (local.get $timeSize))
            (i32.add
              (call $varintSize (local.get $delta))
              (i32.add (call $varintSize (local.get $sizeLength)) (local.get $size)))))
        (local.set $length (i32.shl (local.get $length) (i32.const 1)))
        (br_if $done
          (i32.gt_u
            (i32.add
              (i32.add (local.get $out) (call $varintSize (local.get $length)))
              (i32.shr_u (local.get $length) (i32.const 1)))
            (local.get $limit)))

        (local.set $out (call $writeVarint (local.get $out) (local.get $length)))
        (i32.store8 (local.get $out) (i32.const 0))
        (local.set $out
          (call $copy (local.get $timeDelta) (local.get $timeSize) (i32.add (local.get $out) (i32.const 1))))
        (local.set $out (call $writeVarint (local.get $out) (local.get $delta)))
        ;; No key: a length of -1.
        (i32.store8 (local.get $out) (i32.const 1))
        (local.set $out (call $writeVarint (i32.add (local.get $out) (i32.const 1)) (local.get $sizeLength)))
        (local.set $out (call $copy (local.get $at) (local.get $size) (local.get $out)))
        ;; No headers.
        (i32.store8 (local.get $out) (i32.const 0))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))

        (local.set $at (i32.add (local.get $lineEnd) (i32.const 1)))
        (global.set $taken (local.get $at))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br $line)))
    (local.get $out))
)
