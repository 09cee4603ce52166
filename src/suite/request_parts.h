// What the readers of requests and of verifications share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "suite/placeholders.h"
#include "suite/suite.h"
#include "suite/yaml_reader.h"

namespace shootout::suite {

/// A text whose placeholders are filled later; they must be whole.
std::string read_template(const YamlValue& value, Braces braces = Braces::strict);
/// Such a text of a request. `seen` are the slots of its texts before, this one's are added.
std::string read_with_slots(const YamlValue& value, Braces braces, std::map<std::string, std::string>& seen);
/// A JSON pointer (RFC 6901).
std::string read_pointer(const YamlValue& value);
std::string read_header_name(const YamlValue& value);
/// The name of a table.
std::string read_table(const YamlValue& value);
/// A key that needs the service `postgres` stands in a suite without it.
void check_postgres(const YamlValue& place, const Suite& suite);

/// What an answer must hold. With `names` (that the checks of a request may name) texts are templates,
/// without (in `verify`) they are meant as they stand.
std::vector<AnswerCheck> read_checks(const YamlValue& value,
                                     const std::optional<std::vector<std::string>>& names);

std::map<std::string, std::string> read_headers(const YamlValue& value,
                                                std::map<std::string, std::string>& seen);
BodySpec read_body(const YamlValue& value, std::map<std::string, std::string>& seen);
MessageSpec read_message(const YamlValue& value, std::map<std::string, std::string>& seen);
/// Messages that are meant as they stand.
std::vector<MessageSpec> read_echoes(const YamlValue& value);
/// Further generated bodies of a request.
std::vector<BodySpec> read_other_bodies(const YamlValue& value);

}  // namespace shootout::suite
