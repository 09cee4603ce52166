#include "launch/container_plan.h"

#include <gtest/gtest.h>

#include "launch/container.h"

namespace shootout::launch {
namespace {

using nlohmann::json;

ServerSpec spec() {
  ServerSpec spec;
  spec.server.name = "flask@docker";
  spec.server.port = 8002;
  spec.server.command = {"gunicorn", "app:app"};
  spec.folder = "/contenders/flask";
  spec.variables = {{"A", "1"}};
  spec.container =
      ContainerPlace{.socket = "/s", .image = "shootout/flask:1", .bridged = false, .data = false};
  return spec;
}
const SetMark kMark{.set = "run 1", .guardian = 7, .guardian_start_ticks = 8};

TEST(ContainerPlan, RunsTheCommandAsAProcessWouldRunIt) {
  const auto plan = container_plan(spec(), kMark, "host");
  EXPECT_EQ(plan.at("Image"), "shootout/flask:1");
  EXPECT_EQ(plan.at("Cmd"), (json{"gunicorn", "app:app"}));
  EXPECT_EQ(plan.at("WorkingDir"), "/contenders/flask");
  EXPECT_EQ(plan.at("Env"), (json{"A=1", "SHOOTOUT_SET=run 1:7:8", "SHOOTOUT_SERVER=flask@docker"}));
  EXPECT_EQ(plan.at("Labels").at(kMarkLabel), "run 1:7:8");
  EXPECT_EQ(plan.at("Healthcheck").at("Test"), json::array({"NONE"}));
  EXPECT_EQ(plan.at("HostConfig").at("NetworkMode"), "host");
  EXPECT_FALSE(plan.at("HostConfig").contains("Memory"));
  EXPECT_FALSE(plan.contains("ExposedPorts"));
  EXPECT_EQ(container_name(spec(), kMark), "shootout-run-1-flask-docker-7");
}

TEST(ContainerPlan, KeepsLimitsCoresAndData) {
  auto with = spec();
  with.limits = {.cpus = 1.5, .memory_bytes = 512 << 20};
  with.cpus = {0, 2};
  with.container->data = true;
  const auto host = container_plan(with, kMark, "host").at("HostConfig");
  EXPECT_EQ(host.at("NanoCpus"), 1'500'000'000);
  EXPECT_EQ(host.at("Memory"), 512 << 20);
  EXPECT_EQ(host.at("MemorySwap"), 512 << 20);  // the sum of memory and swap
  EXPECT_EQ(host.at("CpusetCpus"), "0,2");
  EXPECT_EQ(host.at("Mounts"), json::array({json{{"Type", "volume"}, {"Target", "/data"}}}));
}

TEST(ContainerPlan, PublishesItsPortOnLoopbackOnly) {
  auto bridged = spec();
  bridged.container->bridged = true;
  const auto plan = container_plan(bridged, kMark, "net");
  EXPECT_EQ(plan.at("HostConfig").at("PortBindings").at("8002/tcp"),
            json::array({json{{"HostIp", "127.0.0.1"}, {"HostPort", "8002"}}}));
  EXPECT_EQ(plan.at("NetworkingConfig").at("EndpointsConfig").at("net").at("Aliases"),
            json::array({"flask-docker"}));
}

TEST(CommandInContainer, RunsWhatComesBeforeTheStartInTheDataFolder) {
  const auto words = command_in_container({"server", "-x"}, {{"init", "a b"}}, false, "/contenders/x");
  EXPECT_EQ(words,
            (std::vector<std::string>{"sh", "-ec", "cd /data\n'init' 'a b'\ncd '/contenders/x'\nexec \"$@\"",
                                      "sh", "server", "-x"}));
  EXPECT_EQ(command_in_container({"server"}, {}, false, "/x"), std::vector<std::string>{"server"});
}

}  // namespace
}  // namespace shootout::launch
