// The CPUs that this process may run on, and what the kernel tells of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shootout::observe {

/// Of sched_getaffinity(2), ascending.
[[nodiscard]] std::vector<int> allowed_cores();

/// The numbers of a list as the kernel writes it: "0-2,8". Empty where it is no such list.
[[nodiscard]] std::vector<int> parse_core_list(std::string_view text);

/// Groups of at least two of these CPUs that are hardware threads of the same core, in ascending order.
[[nodiscard]] std::vector<std::vector<int>> threads_of_one_core(const std::vector<int>& cpus);

/// By CPU: what decides over its frequency ("performance", "schedutil" ...). Those that have none, as in most
/// virtual machines, are absent.
[[nodiscard]] std::map<int, std::string> governors(const std::vector<int>& cpus);

/// By CPU: its frequency now, in kHz, of those whose governor is "performance": the others' follows the load,
/// and says nothing about the machine.
[[nodiscard]] std::map<int, double> steady_frequencies(const std::vector<int>& cpus);

/// The largest change of one CPU's frequency, in percent of the first look's; nothing where no CPU is in
/// both.
[[nodiscard]] std::optional<double> frequency_change_percent(const std::map<int, double>& before,
                                                             const std::map<int, double>& after);

}  // namespace shootout::observe
