// Functions of one number that Math lacks: erf, erfc, Φ and the logistic function, accurate in the tails.

const horner = (coefficients: readonly number[], x: number): number => {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
};

// Rational approximations of FreeBSD's msun/src/s_erf.c (Sun Microsystems, 1993), errors below 1 ulp:
// lowest coefficient first; the names are those of that file.

/** erf x = x + x pp(x²) / qq(x²) for |x| < 0.84375 */
const pp = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5,
];
const qq = [
  1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6,
];
/** erf x = erx + pa(s) / qa(s), s = x − 1, for 0.84375 ≤ x < 1.25 */
const erx = 0.8450629115104675;
const pa = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  0.035478304325618236, -0.002166375594868791,
];
const qa = [
  1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
  0.011984499846799107,
];
/** erfc x = exp(−x² − 0.5625 + ra(s) / sa(s)) / x, s = 1 / x², for 1.25 ≤ x < 1 / 0.35 */
const ra = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
];
const sa = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -0.0604244152148581,
];
/** The same for x ≥ 1 / 0.35 */
const rb = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
];
const sb = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
];

/** erfc x for x ≥ 1.25 */
function erfcTail(x: number): number {
  const s = 1 / (x * x);
  const quotient = x < 1 / 0.35 ? horner(ra, s) / horner(sa, s) : horner(rb, s) / horner(sb, s);
  // x² = z² + (x − z)(x + z), where z² is exact: z has 24 significant bits.
  const z = Math.fround(x);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + quotient)) / x;
}

/** erf x = 2/√π ∫₀ˣ e^(−t²) dt, within 1e-15 of the true value. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return x + x * (horner(pp, x * x) / horner(qq, x * x));
  if (size < 1.25) return Math.sign(x) * (erx + horner(pa, size - 1) / horner(qa, size - 1));
  if (size < 6) return Math.sign(x) * (1 - erfcTail(size));
  return Math.sign(x); // NaN stays NaN
}

/** erfc x = 1 − erf x, to full relative accuracy where erf x is near 1. */
export function erfc(x: number): number {
  if (x < 1.25 || Number.isNaN(x)) return 1 - erf(x);
  return x < 28 ? erfcTail(x) : 0;
}

/** Φ(x) = ½ erfc(−x / √2): the distribution function of the standard normal. */
export const normalCdf = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2);

/** σ(x) = 1 / (1 + e⁻ˣ); where e⁻ˣ overflows to ∞ the result is 0, as it should be. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
