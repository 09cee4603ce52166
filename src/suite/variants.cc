// Contenders once more, under another name and with settings of their own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "suite/names.h"
#include "suite/suite_parts.h"

namespace shootout::suite {
namespace {

std::vector<std::string> keys_of(const auto& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

// The contender with the variant's settings; adds what is wrong with them.
Contender variant_of(Contender contender, const Variant& variant, std::vector<std::string>& wrong) {
  contender.title =
      variant.title.empty() ? fmt::format("{} ({})", contender.title, variant.name) : variant.title;
  contender.name = variant.name;
  for (const auto& [name, value] : variant.set) {
    const auto parameter = contender.parameters.find(name);
    if (!contender.url.empty()) {
      wrong.push_back(fmt::format("'{}' is served by somebody else at {}: '{}' cannot be set from here",
                                  variant.of, contender.url, name));
    } else if (parameter == contender.parameters.end()) {
      wrong.push_back(unknown_name("parameter", name, keys_of(contender.parameters)));
    } else {
      parameter->second.value = value;
      parameter->second.why = fmt::format("set by the suite's variant '{}'", variant.name);
    }
  }
  return contender;
}

}  // namespace

std::vector<Variant> read_variants(const YamlValue& value) {
  std::vector<Variant> variants;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    if (!is_name(name)) entry.complain(kNameRule);
    YamlMap map = entry.map();
    Variant variant;
    variant.name = name;
    variant.of = map.require("of").text();
    variant.title = map.get("title").text();
    const YamlMap settings = map.get("set").map();
    for (const auto& [parameter, setting] : settings.entries()) {
      variant.set.emplace(parameter, setting.text());
    }
    map.no_other_keys();
    variants.push_back(std::move(variant));
  }
  const auto names = names_of(variants);
  for (const auto& [name, entry] : all.entries()) {
    if (!entry.is_map()) continue;
    const auto of = entry.map().get("of");
    if (of.is_text() && std::find(names.begin(), names.end(), of.text()) != names.end()) {
      of.complain(fmt::format("'{}' is a variant itself; name a contender's folder", of.text()));
    }
  }
  return variants;
}

std::vector<std::string> expand_variants(const Suite& suite, std::map<std::string, Contender>& contenders) {
  std::vector<std::string> lines;
  const auto originals = contenders;
  for (const auto& variant : suite.variants) {
    std::vector<std::string> wrong;
    const auto of = originals.find(variant.of);
    const auto same_name = originals.find(variant.name);
    if (of == originals.end()) {
      wrong.push_back(unknown_name("contender", variant.of, keys_of(originals)));
    } else if (same_name != originals.end() && same_name->second.folder != of->second.folder) {
      wrong.push_back(fmt::format("a contender has that name: {}", same_name->second.folder.string()));
    } else {
      contenders.insert_or_assign(variant.name, variant_of(of->second, variant, wrong));
    }
    for (const auto& what : wrong) {
      lines.push_back(fmt::format("{}: variant '{}': {}", suite.file.string(), variant.name, what));
    }
  }
  return lines;
}

Result<std::map<std::string, Contender>> with_variants(const Suite& suite,
                                                       std::map<std::string, Contender> all) {
  if (const auto wrong = expand_variants(suite, all); !wrong.empty()) {
    return fail(ExitCode::usage, fmt::format("{}", fmt::join(wrong, "\n")),
                "docs/suites.md explains variants");
  }
  return all;
}

}  // namespace shootout::suite
