#include "sim/fault.hpp"

namespace sim {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

std::string_view name_of_disk(const DiskFault& fault) {
  return std::visit(Overloaded{
                        [](const SlowDisk&) { return std::string_view{"slow disk"}; },
                        [](const FillDisk&) { return std::string_view{"disk full"}; },
                        [](const SetDiskCapacity&) { return std::string_view{"disk capacity"}; },
                        [](const FailDisk&) { return std::string_view{"disk error"}; },
                        [](const LieOnSync&) { return std::string_view{"lying sync"}; },
                        [](const HealDisk&) { return std::string_view{"heal disk"}; },
                        [](const SetPowerLossModel&) { return std::string_view{"power-loss model"}; },
                        [](const RotBit&) { return std::string_view{"corrupt"}; },
                    },
                    fault);
}

}  // namespace

std::string_view name_of(const Fault& fault) {
  return std::visit(Overloaded{
                        [](const Start&) { return std::string_view{"start"}; },
                        [](const Stop&) { return std::string_view{"stop"}; },
                        [](const Restart&) { return std::string_view{"restart"}; },
                        [](const Crash&) { return std::string_view{"crash"}; },
                        [](const PowerOff&) { return std::string_view{"power-off"}; },
                        [](const Freeze&) { return std::string_view{"freeze"}; },
                        [](const Thaw&) { return std::string_view{"thaw"}; },
                        [](const Partition&) { return std::string_view{"partition"}; },
                        [](const Isolate&) { return std::string_view{"isolate"}; },
                        [](const CutOneWay&) { return std::string_view{"one-way cut"}; },
                        [](const SlowPath&) { return std::string_view{"slow link"}; },
                        [](const LossyPath&) { return std::string_view{"lossy link"}; },
                        [](const ChangeLink&) { return std::string_view{"change cable"}; },
                        [](const ResetConnections&) { return std::string_view{"reset connections"}; },
                        [](const Heal&) { return std::string_view{"heal"}; },
                        [](const SkewClock&) { return std::string_view{"skew clock"}; },
                        [](const DriftClock&) { return std::string_view{"drift clock"}; },
                        [](const DiskTrouble& trouble) { return name_of_disk(trouble.fault); },
                    },
                    fault);
}

HostId host_of(const Fault& fault) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.host; }) {
          return one.host;
        } else {
          return no_host;
        }
      },
      fault);
}

}  // namespace sim
