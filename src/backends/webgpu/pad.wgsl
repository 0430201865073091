// pad: y[n,ho,wo] = the x[n,h,w] that is shown there, or `value`.   One thread for each y.
//      dx[n,h,w] = Σ dy over all places that show x[n,h,w].         One thread for each dx.
// include element.wgsl
// include rectangle.wgsl

struct Sizes { N: u32, H: u32, W: u32, H_out: u32, W_out: u32, top: i32, left: i32, value: f32 }
@group(0) @binding(0) var<uniform> s: Sizes;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<u32>;

// The values of MODE: indices of `modes` in moving.ts.
const CONSTANT = 0u;
const REFLECT = 1u;
const REPLICATE = 2u;
const CIRCULAR = 3u;

/// Which of a row's `size` places is shown at place p, which may lie before or behind them; −1 for none.
fn source(p: i32, size: i32) -> i32 {
  if (p >= 0 && p < size) { return p; }
  switch (MODE) {
    case REFLECT: { return select(2 * (size - 1) - p, -p, p < 0); }
    case REPLICATE: { return select(size - 1, 0, p < 0); }
    case CIRCULAR: { return select(p - size, p + size, p < 0); }
    default: { return -1; }
  }
}

@compute @workgroup_size(256)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.H_out * s.W_out) { return; }
  let place = placeOf(i, outputs());
  let h = source(i32(place.at.x) - s.top, i32(s.H));
  let w = source(i32(place.at.y) - s.left, i32(s.W));
  if (h < 0 || w < 0) {
    y[i] = bitcast<u32>(s.value);
  } else {
    y[i] = x[(place.plane * s.H + u32(h)) * s.W + u32(w)];
  }
}

@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;

/// Places of a row: start ≤ place < end.
struct Span { start: i32, end: i32 }

const far = 0x40000000;

/// Where place p of a row is shown: at p itself (copy 0), in the border before the row (1), or in the border behind it (2).
fn shownAt(copy: u32, p: i32, size: i32) -> Span {
  let last = size - 1;
  if (copy == 0u) { return Span(p, p + 1); }
  switch (MODE) {
    case REFLECT: {
      let at = select(2 * last - p, -p, copy == 1u);
      let isEdge = p == select(last, 0, copy == 1u); // an edge isn't repeated
      return Span(at, select(at + 1, at, isEdge));
    }
    case REPLICATE: {
      if (copy == 1u) { return Span(select(0, -far, p == 0), 0); }
      return Span(size, select(size, far, p == last));
    }
    case CIRCULAR: {
      let at = select(p + size, p - size, copy == 1u);
      return Span(at, at + 1);
    }
    default: { return Span(0, 0); }
  }
}

/// The part of a span that y has, counted in y's rows or columns.
fn visible(span: Span, before: i32, out: u32) -> Span {
  return Span(max(span.start + before, 0), min(span.end + before, i32(out)));
}

@compute @workgroup_size(256)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = element(id, groups);
  if (i >= s.N * s.H * s.W) { return; }
  let place = placeOf(i, image());
  let copies = select(3u, 1u, MODE == CONSTANT);
  var sum = 0.0;
  for (var copyInH = 0u; copyInH < copies; copyInH++) {
    let rows = visible(shownAt(copyInH, i32(place.at.x), i32(s.H)), s.top, s.H_out);
    for (var ho = rows.start; ho < rows.end; ho++) {
      for (var copyInW = 0u; copyInW < copies; copyInW++) {
        let columns = visible(shownAt(copyInW, i32(place.at.y), i32(s.W)), s.left, s.W_out);
        for (var wo = columns.start; wo < columns.end; wo++) {
          sum += dy[(place.plane * s.H_out + u32(ho)) * s.W_out + u32(wo)];
        }
      }
    }
  }
  dx[i] = sum;
}
