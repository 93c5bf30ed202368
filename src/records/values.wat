;; Records (cursor.ts has their layout) into lines of their values, in their place, sixteen bytes at a step: what JavaScript
;; takes many times as long for is most of the work of `ktool consume`. `npm run generate:wasm` makes values-wasm.ts of this.
;;
;; All copies are of whole blocks of 16 bytes. As much has to be free before the first record, where the lines begin, so that
;; they stay behind what is still to be read; and behind the last one, where as much may be read.

(module
  ;; value-lines.ts makes it, with the records in it.
  (import "records" "memory" (memory 1))

  ;; What take() has done: so many records, and the place after the last of them.
  (global $count (export "count") (mut i32) (i32.const 0))
  (global $taken (export "taken") (mut i32) (i32.const 0))

  ;; The place after the last varint that was read.
  (global $next (mut i32) (i32.const 0))

  ;; The zigzagged varint at $at, of five bytes at most. After a longer one $next is no place in any record: -1.
  (func $varint (param $at i32) (result i32)
    (local $byte i32)
    (local $bits i32)
    (local $shift i32)
    (loop $more
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $bits
        (i32.or
          (local.get $bits)
          (i32.shl (i32.and (local.get $byte) (i32.const 127)) (local.get $shift))))
      (if (i32.gt_u (local.get $byte) (i32.const 127))
        (then
          (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
          (br_if $more (i32.lt_u (local.get $shift) (i32.const 35)))
          (local.set $at (i32.const -1)))))
    (global.set $next (local.get $at))
    (i32.xor
      (i32.shr_u (local.get $bits) (i32.const 1))
      (i32.sub (i32.const 0) (i32.and (local.get $bits) (i32.const 1)))))

  ;; The place after the varint at $at, of ten bytes at most; -1 after a longer one.
  (func $skipVarint (param $at i32) (result i32)
    (local $most i32)
    (local.set $most (i32.add (local.get $at) (i32.const 10)))
    (loop $more
      (if (i32.lt_u (i32.load8_u (local.get $at)) (i32.const 128))
        (then (return (i32.add (local.get $at) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $at) (local.get $most))))
    (i32.const -1))

  ;; The place after the length at $at and as many bytes; -1 where the length ends after $end, or is less than $least: 0, or -1
  ;; where null is possible.
  (func $skipBytes (param $at i32) (param $end i32) (param $least i32) (result i32)
    (local $length i32)
    (local.set $length (call $varint (local.get $at)))
    (if (i32.gt_u (global.get $next) (local.get $end)) (then (return (i32.const -1))))
    (if (i32.ge_s (local.get $length) (i32.const 0))
      (then (return (i32.add (global.get $next) (local.get $length)))))
    (select (global.get $next) (i32.const -1) (i32.ge_s (local.get $length) (local.get $least))))

  ;; The place after the headers at $at; -1 where they do not end before $end or there.
  (func $skipHeaders (param $at i32) (param $end i32) (result i32)
    (local $left i32)
    (local $length i32)
    (local.set $left (call $varint (local.get $at)))
    (local.set $at (global.get $next))
    (if (i32.lt_s (local.get $left) (i32.const 0)) (then (return (i32.const -1))))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $left)))
        (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const -1))))
        (local.set $at (call $skipBytes (local.get $at) (local.get $end) (i32.const 0)))
        (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const -1))))
        (local.set $at (call $skipBytes (local.get $at) (local.get $end) (i32.const -1)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $more)))
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

  ;; Takes $most records at $at, or as many as are whole and lie before $end. Writes the value of each to $out and on, with
  ;; $delimiter behind it; gives the place after the last line.
  (func (export "take")
    (param $at i32) (param $end i32)
    (param $delimiter i32)
    (param $most i32)
    (param $out i32)
    (result i32)
    (local $recordEnd i32)
    (local $length i32)
    (local $from i32)
    (local $size i32)
    (global.set $count (i32.const 0))
    (global.set $taken (local.get $at))
    (block $done
      (loop $record
        (br_if $done (i32.ge_s (global.get $count) (local.get $most)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))

        (local.set $length (call $varint (local.get $at)))
        (br_if $done (i32.ge_u (global.get $next) (local.get $end)))
        (br_if $done (i32.lt_s (local.get $length) (i32.const 6)))
        (local.set $recordEnd (i32.add (global.get $next) (local.get $length)))
        (br_if $done (i32.gt_u (local.get $recordEnd) (local.get $end)))

        ;; Attributes, timestamp, offset.
        (local.set $at (call $skipVarint (i32.add (global.get $next) (i32.const 1))))
        (br_if $done (i32.ge_u (local.get $at) (local.get $recordEnd)))
        (drop (call $varint (local.get $at)))
        (br_if $done (i32.ge_u (global.get $next) (local.get $recordEnd)))

        ;; Key.
        (local.set $at (call $skipBytes (global.get $next) (local.get $recordEnd) (i32.const -1)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $recordEnd)))

        ;; Value.
        (local.set $size (call $varint (local.get $at)))
        (local.set $from (global.get $next))
        (br_if $done (i32.ge_u (local.get $from) (local.get $recordEnd)))
        (if (i32.lt_s (local.get $size) (i32.const 0))
          (then
            (br_if $done (i32.ne (local.get $size) (i32.const -1)))
            (local.set $size (i32.const 0))))
        (local.set $at (i32.add (local.get $from) (local.get $size)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $recordEnd)))

        ;; Headers.
        (if (i32.load8_u (local.get $at))
          (then (local.set $at (call $skipHeaders (local.get $at) (local.get $recordEnd))))
          (else (local.set $at (i32.add (local.get $at) (i32.const 1)))))
        (br_if $done (i32.ne (local.get $at) (local.get $recordEnd)))

        (local.set $out (call $copy (local.get $from) (local.get $size) (local.get $out)))
        (i32.store8 (local.get $out) (local.get $delimiter))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))

        (global.set $taken (local.get $at))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br $record)))
    (local.get $out))
)
