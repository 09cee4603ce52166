#include "cli/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shootout::cli {
namespace {

using State = Check::State;
constexpr std::uintmax_t kGiB = std::uintmax_t{1} << 30;

// A machine that nothing is wrong with.
DoctorFacts good() {
  DoctorFacts facts;
  facts.machine = {{"cores", 8},
                   {"cores_allowed", {0, 1, 2, 3, 4, 5, 6, 7}},
                   {"cpu_model", "A CPU"},
                   {"memory_bytes", 16 * kGiB},
                   {"open_files_soft", 1024},
                   {"open_files_hard", 1048576},
                   {"somaxconn", 4096},
                   {"clock_source", "tsc"},
                   {"cgroup_version", 2},
                   {"governors", {"performance"}},
                   {"virtualised", false}};
  facts.python->program = "/usr/bin/python3";
  facts.python->version = "3.11.2";
  facts.folders = {{"home", "/h", true, 9 * kGiB}, {"cache", "/c", true, 9 * kGiB}};
  facts.memory_available_bytes = 8 * kGiB;
  facts.load_average = 0.1;
  facts.others_cores = 0.01;
  facts.busy = {{77, "cron", 0.01}};
  facts.steal = 0.0;
  facts.outgoing_ports = {.first = 32768, .last = 60999, .in_use_percent = 2, .time_wait = 400};
  facts.calibration = {.pieces = 650, .piece_s = 0.003, .cpu_variation = 0.01, .wall_variation = 0.02};
  return facts;
}

Check check_of(const DoctorFacts& facts, const std::string& name) {
  const auto checks = doctor_checks(facts);
  const auto at = std::ranges::find(checks, name, &Check::name);
  EXPECT_NE(at, checks.end()) << name;
  return at == checks.end() ? Check{} : *at;
}

TEST(Doctor, AGoodMachineIsFit) {
  const auto checks = doctor_checks(good());
  for (const auto& check : checks) {
    EXPECT_EQ(check.state, State::ok) << check.name << ": " << check.fact;
    EXPECT_TRUE(check.remedy.empty()) << check.name;
  }
  EXPECT_EQ(doctor_exit_code(checks), ExitCode::done);
}

TEST(Doctor, WhatCannotBeLivedWithIsWrong) {
  auto no_python = good();
  no_python.python = fail(ExitCode::environment, "no Python >= 3.10", "install python3");
  EXPECT_EQ(check_of(no_python, "python").state, State::wrong);
  EXPECT_EQ(check_of(no_python, "python").remedy, "install python3");
  EXPECT_EQ(doctor_exit_code(doctor_checks(no_python)), ExitCode::environment);

  auto read_only = good();
  read_only.folders[0].writable = false;
  EXPECT_EQ(check_of(read_only, "home").state, State::wrong);
  EXPECT_NE(check_of(read_only, "home").remedy.find("SHOOTOUT_HOME"), std::string::npos);

  auto full = good();
  full.folders[1].free_bytes = kGiB / 5;
  EXPECT_EQ(check_of(full, "cache").state, State::wrong);
  full.folders[1].free_bytes = kGiB / 2;
  EXPECT_EQ(check_of(full, "cache").state, State::warning);
  full.folders[1].free_bytes = kGiB;
  EXPECT_EQ(check_of(full, "cache").state, State::ok);

  auto no_memory = good();
  no_memory.memory_available_bytes = kGiB / 5;
  EXPECT_EQ(check_of(no_memory, "memory").state, State::wrong);
}

TEST(Doctor, WhatDisturbsIsAWarningWithARemedy) {
  auto facts = good();
  facts.machine["cores_allowed"] = {0, 1};
  facts.machine["open_files_soft"] = 256;
  facts.machine["somaxconn"] = 128;
  facts.machine["clock_source"] = "hpet";
  facts.machine["cpu_quota_cores"] = 1.5;
  facts.machine["virtualised"] = true;
  facts.steal = 0.06;
  facts.machine["cores_shared"] = {{0, 4}, {1, 5}};
  facts.machine["governors"] = {"performance", "schedutil"};
  facts.others_cores = 1.2;
  facts.busy = {{42, "cc1plus", 0.9}, {43, "ld", 0.3}};
  facts.outgoing_ports->in_use_percent = 60;
  facts.calibration->wall_variation = 0.104;
  launch::PortHolder holder;
  holder.pid = 9;
  holder.name = "gunicorn";
  facts.taken_ports = {{8002, holder}};
  facts.socket_diagnostics = fail(ExitCode::environment, "no diagnostics", "load tcp_diag");
  const auto checks = doctor_checks(facts);
  for (const char* name : {"cores", "open files", "somaxconn", "clock", "cgroup", "virtualised", "load",
                           "ports", "sockets", "smt", "governor", "outgoing ports", "noise"}) {
    EXPECT_EQ(check_of(facts, name).state, State::warning) << name;
    EXPECT_FALSE(check_of(facts, name).remedy.empty()) << name;
  }
  EXPECT_EQ(doctor_exit_code(checks), ExitCode::done);
  EXPECT_NE(check_of(facts, "ports").fact.find("8002 is held by process 9 (gunicorn)"), std::string::npos);
  EXPECT_NE(check_of(facts, "load").remedy.find("cc1plus"), std::string::npos);
  EXPECT_NE(check_of(facts, "load").fact.find("1.20 cores"), std::string::npos);
  EXPECT_NE(check_of(facts, "smt").fact.find("0+4, 1+5"), std::string::npos);
  EXPECT_NE(check_of(facts, "governor").fact.find("performance, schedutil"), std::string::npos);
  EXPECT_NE(check_of(facts, "noise").fact.find("3.0 ms of arithmetic, 650 times: the time varies by 10.4 %"),
            std::string::npos)
      << check_of(facts, "noise").fact;
}

TEST(Doctor, HardLimitThatIsTooLowForManyConnections) {
  auto facts = good();
  facts.machine["open_files_hard"] = 4096;
  EXPECT_EQ(check_of(facts, "open files").state, State::warning);
  facts.machine.erase("open_files_soft");
  facts.machine.erase("open_files_hard");
  EXPECT_EQ(check_of(facts, "open files").state, State::ok);
}

TEST(Doctor, NoiseOfTheCpusOwnClockIsNoiseToo) {
  auto facts = good();
  facts.calibration->cpu_variation = 0.11;
  EXPECT_EQ(check_of(facts, "noise").state, State::warning);
  facts.calibration->cpu_variation = 0.1;
  EXPECT_EQ(check_of(facts, "noise").state, State::ok);
}

TEST(Doctor, TooFewOutgoingPorts) {
  auto facts = good();
  facts.outgoing_ports = {.first = 50000, .last = 59998, .in_use_percent = 0, .time_wait = 0};
  EXPECT_EQ(check_of(facts, "outgoing ports").state, State::warning);
  EXPECT_NE(check_of(facts, "outgoing ports").remedy.find("ip_local_port_range"), std::string::npos);
  facts.outgoing_ports->last = 59999;
  EXPECT_EQ(check_of(facts, "outgoing ports").state, State::ok);
}

TEST(Doctor, WhatAVirtualMachineDoesNotTellIsNoFault) {
  auto facts = good();
  facts.machine["virtualised"] = true;
  facts.machine.erase("governors");
  EXPECT_EQ(check_of(facts, "governor").state, State::ok);
  EXPECT_NE(check_of(facts, "smt").fact.find("as far as the hypervisor tells"), std::string::npos);
}

TEST(Doctor, DockerIsNotNeeded) {
  auto facts = good();
  EXPECT_EQ(check_of(facts, "docker").fact, "no engine runs here");
  facts.docker = DoctorFacts::Docker{"/var/run/docker.sock", true};
  EXPECT_EQ(check_of(facts, "docker").fact, "/var/run/docker.sock answers");
  facts.docker->answers = false;
  EXPECT_EQ(check_of(facts, "docker").state, State::ok);
  EXPECT_NE(check_of(facts, "docker").fact.find("does not answer"), std::string::npos);
  facts.docker = DoctorFacts::Docker{"tcp://build.example:2376", std::nullopt};
  EXPECT_NE(check_of(facts, "docker").fact.find("is not asked"), std::string::npos);
}

TEST(Doctor, LoadThatNoProcessShows) {
  auto facts = good();
  facts.others_cores = 0.6;
  facts.busy = {{0, "out of sight", 0.6}};
  EXPECT_NE(check_of(facts, "load").remedy.find("out of sight (another container's"), std::string::npos);
  facts.busy.clear();
  EXPECT_EQ(check_of(facts, "load").state, State::warning);
}

TEST(Doctor, WhatIsUnknownIsLeftOut) {
  DoctorFacts facts;
  for (const auto& check : doctor_checks(facts)) {
    EXPECT_NE(check.name, "cores");
    EXPECT_NE(check.name, "memory");
    EXPECT_NE(check.name, "clock");
    EXPECT_NE(check.name, "load");
    EXPECT_NE(check.name, "noise");
    EXPECT_NE(check.name, "outgoing ports");
  }
}

TEST(Doctor, TextAndJson) {
  const std::vector<Check> checks = {{"python", State::ok, "3.11.2", ""},
                                     {"open files", State::warning, "256", "ulimit -n 1024"},
                                     {"home", State::wrong, "/h cannot be written", "make it writable"}};
  EXPECT_EQ(doctor_text(checks, false, 80),
            "ok       python      3.11.2\n"
            "warning  open files  256\n"
            "                     -> ulimit -n 1024\n"
            "wrong    home        /h cannot be written\n"
            "                     -> make it writable\n"
            "\nNothing can be measured here: 1 of 3 checks went wrong.\n");
  EXPECT_NE(doctor_text(checks, true, 80).find("\033[31mwrong"), std::string::npos);
  EXPECT_EQ(doctor_text(checks, false, 80).find('\033'), std::string::npos);

  EXPECT_EQ(doctor_text({{"cores", State::warning, "one two three four", "a-long-word more"}}, false, 26),
            "warning  cores  one two\n"
            "                three four\n"
            "                -> a-long-word\n"
            "                   more\n"
            "\nFit to measure, with 1 warning to bear in mind.\n");

  const auto document = doctor_json(checks, {{"cores", 4}});
  EXPECT_EQ(document.at("schema"), "shootout.doctor/1");
  EXPECT_EQ(document.at("checks").size(), 3U);
  EXPECT_EQ(
      document.at("checks").at(1),
      (nlohmann::ordered_json{
          {"name", "open files"}, {"state", "warning"}, {"fact", "256"}, {"remedy", "ulimit -n 1024"}}));
  EXPECT_EQ(document.at("machine").at("cores"), 4);
}

TEST(Doctor, LooksAtThisMachine) {
  const auto facts = collect_doctor_facts();
  EXPECT_FALSE(facts.machine.empty());
  EXPECT_EQ(facts.folders.size(), 2U);
  EXPECT_TRUE(facts.memory_available_bytes);
  EXPECT_TRUE(facts.others_cores);
  EXPECT_TRUE(facts.steal);
  ASSERT_TRUE(facts.calibration);
  EXPECT_GT(facts.calibration->pieces, 0);
  EXPECT_FALSE(doctor_checks(facts).empty());
}

}  // namespace
}  // namespace shootout::cli
