// Every curve comes from tables that the compiler computes by integer series; nothing is copied from a book but ln 2's
// definition. Comments write q60 for "in units of 2^-60", and so on.
#include "sim/distributions.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "sim/check.hpp"

namespace sim {
namespace {

__extension__ typedef __int128 Signed;
__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t multiply_q60(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((Wide{a} * b) >> 60);
}

/// [i] = ln(1 + i/256), q60, by steps ln((n+1)/n) = 2 (z + z^3/3 + z^5/5 + ...) with z = 1/(2n+1).
constexpr std::array<std::uint64_t, 257> make_logarithms() {
  std::array<std::uint64_t, 257> table{};
  Wide sum = 0;  // q100
  for (std::uint32_t i = 0; i < 256; ++i) {
    table[i] = static_cast<std::uint64_t>(sum >> 40);
    const std::uint64_t divisor = 2u * (256u + i) + 1u;
    Wide power = (Wide{2} << 100) / divisor;
    for (std::uint64_t odd = 1; power != 0; odd += 2) {
      sum += power / odd;
      power /= Wide{divisor} * divisor;
    }
  }
  table[256] = static_cast<std::uint64_t>(sum >> 40);
  return table;
}
constexpr std::array<std::uint64_t, 257> logarithms = make_logarithms();
constexpr std::int64_t ln2_q56 = static_cast<std::int64_t>((logarithms[256] + 8) >> 4);

/// [i] = e^(i/256), q60, up to e^(178/256) > 2, by the Taylor series.
constexpr std::array<std::uint64_t, 179> make_exponentials() {
  std::array<std::uint64_t, 179> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    Wide sum = 0;  // q100
    Wide term = Wide{1} << 100;
    for (std::uint64_t n = 1; term != 0; ++n) {
      sum += term;
      term = term * i / (Wide{256} * n);
    }
    table[i] = static_cast<std::uint64_t>(sum >> 40);
  }
  return table;
}
constexpr std::array<std::uint64_t, 179> exponentials = make_exponentials();

constexpr std::int64_t logarithm_of(std::uint64_t x) {
  const int zeros = std::countl_zero(x);
  const std::uint64_t mantissa = x << zeros;                             // 1 <= mantissa < 2, q63
  const auto cell = static_cast<std::uint32_t>(mantissa >> 55) & 0xffu;  // 1 + cell/256 <= mantissa
  const std::uint64_t rest = mantissa & ((std::uint64_t{1} << 55) - 1);  // q63
  const std::uint64_t t = (rest << 5) / (256 + cell);                    // mantissa = (1 + cell/256) (1 + t), q60
  // ln(1+t) = t - t^2/2 + t^3/3 - t^4/4 + t^5/5; t < 1/256, so what is left out is below 2^-50.
  constexpr std::uint64_t one = std::uint64_t{1} << 60;
  std::uint64_t series = one / 4 - t / 5;
  series = one / 3 - multiply_q60(t, series);
  series = one / 2 - multiply_q60(t, series);
  series = one - multiply_q60(t, series);
  const std::uint64_t fraction = logarithms[cell] + multiply_q60(t, series);
  return (63 - zeros) * ln2_q56 + static_cast<std::int64_t>(fraction >> 4);
}

constexpr std::uint64_t times_exponential_of(std::uint64_t value, std::int64_t exponent) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 62;
  std::int64_t doublings = exponent / ln2_q56;
  std::int64_t rest = exponent % ln2_q56;
  if (rest < 0) {
    rest += ln2_q56;
    --doublings;
  }
  if (value == 0 || doublings < -64) {
    return 0;
  }
  if (doublings >= 62) {
    return limit;
  }
  const auto cell = static_cast<std::uint32_t>(rest >> 48);
  const std::uint64_t y = (static_cast<std::uint64_t>(rest) & ((std::uint64_t{1} << 48) - 1)) << 4;  // q60, < 1/256
  // e^y = 1 + y + y^2/2 + ... + y^5/120; what is left out is below 2^-57.
  constexpr std::uint64_t one = std::uint64_t{1} << 60;
  std::uint64_t series = one + y / 5;
  series = one + multiply_q60(y, series) / 4;
  series = one + multiply_q60(y, series) / 3;
  series = one + multiply_q60(y, series) / 2;
  series = one + multiply_q60(y, series);
  const Wide product = Wide{value} * multiply_q60(exponentials[cell], series);  // q60, below 2^124
  const std::int64_t shift = 60 - doublings;                                    // -1 ... 124
  const Wide result = shift <= 0 ? product << -shift : (product + (Wide{1} << (shift - 1))) >> shift;
  return result > limit ? limit : static_cast<std::uint64_t>(result);
}

constexpr std::uint32_t normal_cells = 512;
constexpr std::uint64_t normal_half = std::uint64_t{1} << 63;

/// [j] = P(normal > j/64) in units of 2^-64: [0] is one half, [512] counts as 0 (it is 6e-16). Integrates e^(-z^2/2) by
/// Simpson's rule from the far end, where the small numbers are.
constexpr std::array<std::uint64_t, normal_cells + 1> make_normal_tail() {
  std::array<Wide, normal_cells + 1> area{};
  for (std::uint32_t j = normal_cells; j-- > 0;) {
    Wide cell = 0;
    for (std::uint64_t point = std::uint64_t{2} * j; point <= std::uint64_t{2} * j + 2;
         ++point) {  // z = point/128, so z^2/2 = point^2 / 2^15
      const std::int64_t exponent = -static_cast<std::int64_t>((point * point) << (fixed_point::fraction_bits - 15));
      cell += Wide{times_exponential_of(std::uint64_t{1} << 62, exponent)} * (point % 2 == 1 ? 4u : 1u);
    }
    area[j] = area[j + 1] + cell;
  }
  std::array<std::uint64_t, normal_cells + 1> tail{};
  for (std::uint32_t j = 1; j < normal_cells; ++j) {
    tail[j] = static_cast<std::uint64_t>((area[j] << 55) / (area[0] >> 8));  // = area[j] * 2^63 / area[0], in 128 bits
  }
  tail[0] = normal_half;
  return tail;
}
constexpr std::array<std::uint64_t, normal_cells + 1> normal_tail = make_normal_tail();

constexpr std::int64_t furthest_exponent = std::int64_t{64} << fixed_point::fraction_bits;  // saturates or vanishes

/// -ln of a number uniform in (0, 1): 0 ... 44.4. One draw, made odd so that it is never zero.
std::int64_t negative_logarithm_of_uniform(Random& random) {
  constexpr std::int64_t whole = 64 * ln2_q56;
  return std::max(std::int64_t{0}, whole - logarithm_of(random.next() | 1));
}

Duration duration_of(std::uint64_t nanoseconds) { return Duration{static_cast<std::int64_t>(nanoseconds)}; }

}  // namespace

std::int64_t fixed_point::logarithm(std::uint64_t x) {
  SIM_CHECK(x >= 1);
  return logarithm_of(x);
}

std::uint64_t fixed_point::times_exponential(std::uint64_t value, std::int64_t exponent) {
  SIM_CHECK(value <= std::uint64_t{1} << 62);
  return times_exponential_of(value, exponent);
}

std::int64_t fixed_point::normal_quantile(std::uint64_t uniform) {
  const std::uint64_t beyond = uniform & (normal_half - 1);  // P(|z| is larger), the top bit being the sign
  std::uint32_t cell = 0;
  for (std::uint32_t step = normal_cells / 2; step > 0; step /= 2) {  // always nine steps, without a branch to guess
    cell += normal_tail[cell + step] > beyond ? step : 0;
  }
  std::uint64_t width = normal_tail[cell] - normal_tail[cell + 1];
  std::uint64_t inside = normal_tail[cell] - beyond;  // 1 ... width
  const int surplus = std::max(0, 27 - std::countl_zero(width));
  width >>= surplus;  // below 2^37, so that 26 more bits fit
  inside >>= surplus;
  const std::int64_t z = static_cast<std::int64_t>((std::uint64_t{cell} << 26) + (inside << 26) / width);
  return (uniform & normal_half) != 0 ? -z : z;
}

Exponential::Exponential(Duration mean) : mean_{mean.nanoseconds()} {
  SIM_CHECK(mean >= Duration{} && mean <= longest_mean, "a mean of {} ns", mean.nanoseconds());
}

Duration Exponential::sample(Random& random) const {
  constexpr Wide half = Wide{1} << (fixed_point::fraction_bits - 1);
  const auto means = static_cast<std::uint64_t>(negative_logarithm_of_uniform(random));
  return duration_of(static_cast<std::uint64_t>((Wide{means} * static_cast<std::uint64_t>(mean_) + half) >>
                                                fixed_point::fraction_bits));
}

LogNormal::LogNormal(Duration median, Duration p99) : median_{median.nanoseconds()}, sigma_{0} {
  SIM_CHECK(median >= Duration{1} && median <= p99 && p99 <= longest_sample, "a median of {} ns with a p99 of {} ns",
            median.nanoseconds(), p99.nanoseconds());
  constexpr std::int64_t normal_p99 = 9'991'588'038;  // 2.32634787404084 in units of 2^-32
  const std::int64_t distance =
      logarithm_of(static_cast<std::uint64_t>(p99.nanoseconds())) - logarithm_of(static_cast<std::uint64_t>(median_));
  sigma_ = static_cast<std::int64_t>((Signed{std::max(std::int64_t{0}, distance)} << 8) / normal_p99);
}

Duration LogNormal::sample(Random& random) const {
  const std::int64_t z = fixed_point::normal_quantile(random.next());
  const Signed exponent = (Signed{sigma_} * z) >> (64 - fixed_point::fraction_bits);
  return duration_of(times_exponential_of(
      static_cast<std::uint64_t>(median_),
      static_cast<std::int64_t>(std::clamp(exponent, -Signed{furthest_exponent}, Signed{furthest_exponent}))));
}

Pareto::Pareto(Duration minimum, std::uint32_t alpha_numerator, std::uint32_t alpha_denominator)
    : minimum_{minimum.nanoseconds()}, alpha_numerator_{alpha_numerator}, alpha_denominator_{alpha_denominator} {
  SIM_CHECK(minimum >= Duration{1} && minimum <= longest_sample, "a minimum of {} ns", minimum.nanoseconds());
  SIM_CHECK(alpha_numerator >= 1 && alpha_numerator <= 1000 && alpha_denominator >= 1 && alpha_denominator <= 1000,
            "an alpha of {}/{}", alpha_numerator, alpha_denominator);
}

Duration Pareto::sample(Random& random) const {
  const Signed exponent = Signed{negative_logarithm_of_uniform(random)} * alpha_denominator_ / alpha_numerator_;
  return duration_of(times_exponential_of(static_cast<std::uint64_t>(minimum_),
                                          static_cast<std::int64_t>(std::min(exponent, Signed{furthest_exponent}))));
}

Zipf::Zipf(std::uint32_t count, std::uint32_t exponent_hundredths) {
  SIM_CHECK(count >= 1 && count <= largest_count, "{} ranks", count);
  SIM_CHECK(exponent_hundredths <= 1000, "an exponent of {}/100", exponent_hundredths);
  constexpr std::uint64_t first = std::uint64_t{1} << 43;  // times 2^20 ranks: the sum stays within 2^63
  std::vector<std::uint64_t> cumulative;
  cumulative.reserve(count);
  std::uint64_t sum = 0;
  for (std::uint64_t rank = 1; rank <= count; ++rank) {
    const Signed exponent = Signed{logarithm_of(rank)} * exponent_hundredths / 100;
    const std::int64_t bounded = static_cast<std::int64_t>(std::min(exponent, Signed{furthest_exponent}));
    sum += std::max(std::uint64_t{1}, times_exponential_of(first, -bounded));
    cumulative.push_back(sum);
  }
  cumulative_ = std::make_shared<const std::vector<std::uint64_t>>(std::move(cumulative));
}

std::uint32_t Zipf::sample(Random& random) const {
  const std::uint64_t drawn = random.below(cumulative_->back());
  return static_cast<std::uint32_t>(std::upper_bound(cumulative_->begin(), cumulative_->end(), drawn) -
                                    cumulative_->begin());
}

}  // namespace sim
