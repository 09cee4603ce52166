#include "launch/docker_engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <thread>

#include "base/unique_fd.h"
#include "launch/digest.h"

namespace shootout::launch {
namespace {

namespace fs = std::filesystem;

/// Answers one connection after the other with what it was told, and keeps what was asked.
class ScriptedEngine {
 public:
  explicit ScriptedEngine(std::deque<std::string> answers)
      : folder_(fs::temp_directory_path() / fmt::format("engine-{}", ::getpid())),
        answers_(std::move(answers)) {
    fs::create_directories(folder_);
    fs::remove(socket());
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket().c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    thread_ = std::jthread([this] { serve(); });
  }
  ~ScriptedEngine() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    fs::remove_all(folder_);
  }

  [[nodiscard]] fs::path socket() const { return folder_ / "docker.sock"; }
  /// Call it when everything was answered.
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

 private:
  void serve() {
    for (; !answers_.empty(); answers_.pop_front()) {
      const UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
      if (!client) return;
      std::string request;
      char bytes[4096];
      while (!request.contains("\r\n\r\n")) {
        const ssize_t n = ::read(client.get(), bytes, sizeof bytes);
        if (n <= 0) break;
        request.append(bytes, static_cast<size_t>(n));
      }
      asked_.push_back(request.substr(0, request.find('\r')));
      (void)!::write(client.get(), answers_.front().data(), answers_.front().size());
    }
  }

  fs::path folder_;
  std::deque<std::string> answers_;
  std::vector<std::string> asked_;
  UniqueFd listener_;
  std::jthread thread_;
};

std::string answer(int status, const std::string& body) {
  return fmt::format("HTTP/1.1 {} x\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}
std::string version(const std::string& newest, const std::string& oldest) {
  return answer(
      200, fmt::format(R"({{"Version":"1.2.3","ApiVersion":"{}","MinAPIVersion":"{}"}})", newest, oldest));
}

TEST(DockerEngine, SpeaksTheVersionThatBothKnow) {
  for (const auto& [newest, oldest, spoken] :
       {std::array{"1.41", "1.12", "1.41"}, std::array{"1.50", "1.24", "1.41"},
        std::array{"1.40", "1.12", "1.40"}, std::array{"1.52", "1.44", "1.44"}}) {
    ScriptedEngine scripted({version(newest, oldest)});
    const auto engine = DockerEngine::at(scripted.socket());
    ASSERT_TRUE(engine) << engine.error().what;
    EXPECT_EQ(engine->api_version(), spoken);
    EXPECT_EQ(engine->release(), "1.2.3");
  }
}

TEST(DockerEngine, ReadsChunksAndTellsRefusalsInTheEnginesWords) {
  ScriptedEngine scripted(
      {version("1.41", "1.12"),
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n",
       answer(500, R"({"message":"mkdir: no space left on device"})"), answer(404, "{}")});
  const auto engine = DockerEngine::at(scripted.socket());
  ASSERT_TRUE(engine) << engine.error().what;
  EXPECT_EQ(engine->get("/a?b=1", "count").value(), (nlohmann::json{1, 2, 3}));
  const auto refused = engine->post("/c", {{"d", 1}}, "make it");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ExitCode::environment);
  EXPECT_EQ(refused.error().what,
            "the Docker engine refuses to make it (status 500): mkdir: no space left on device");
  EXPECT_TRUE(refused.error().remedy.contains("docker system df")) << refused.error().remedy;
  EXPECT_TRUE(engine->remove("/gone", "remove it"));  // what is not there is removed already
  EXPECT_EQ(scripted.asked(),
            (std::vector<std::string>{"GET /version HTTP/1.1", "GET /v1.41/a?b=1 HTTP/1.1",
                                      "POST /v1.41/c HTTP/1.1", "DELETE /v1.41/gone HTTP/1.1"}));
}

TEST(DockerEngine, TellsWhatIsCutOffFromWhatIsThere) {
  ScriptedEngine scripted(
      {version("1.41", "1.12"), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", "SSH-2.0-x\r\n\r\n"});
  const auto engine = DockerEngine::at(scripted.socket());
  ASSERT_TRUE(engine) << engine.error().what;
  for (const char* why : {"the answer was cut off", "what answers there is no HTTP"}) {
    const auto broken = engine->get("/a", "look");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, ExitCode::environment);
    EXPECT_TRUE(broken.error().what.contains(why)) << broken.error().what;
  }
}

TEST(DockerEngine, HandsOverTheStreamThatAnAnswerBegins) {
  ScriptedEngine scripted({version("1.41", "1.12"), "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nhello",
                           answer(409, R"({"message":"it is not running"})")});
  const auto engine = DockerEngine::at(scripted.socket());
  ASSERT_TRUE(engine) << engine.error().what;
  const auto stream = engine->upgrade("/attach", nullptr);
  ASSERT_TRUE(stream) << stream.error().what;
  std::string text = stream->first;
  for (char bytes[16]; text.size() < 5;) {
    if (const ssize_t n = ::read(stream->socket.get(), bytes, sizeof bytes); n > 0)
      text.append(bytes, static_cast<size_t>(n));
  }
  EXPECT_EQ(text, "hello");
  const auto refused = engine->upgrade("/attach", nullptr);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what.contains("it is not running")) << refused.error().what;
}

TEST(DockerEngine, SaysWhyThereIsNone) {
  const auto none = DockerEngine::at("/nonexistent/docker.sock");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ExitCode::environment);
  EXPECT_TRUE(none.error().what.contains("it is not there"));
  EXPECT_TRUE(none.error().remedy.contains("apt-get install docker.io"));
  ScriptedEngine scripted({answer(200, "<html>")});
  const auto other = DockerEngine::at(scripted.socket());
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().what.contains("no Docker engine"));
}

class DockerSocket : public ::testing::Test {
 protected:
  DockerSocket() : folder_(fs::temp_directory_path() / fmt::format("docker-config-{}", ::getpid())) {
    for (const char* name : {"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
      ::unsetenv(name);
    }
    ::setenv("DOCKER_CONFIG", folder_.c_str(), 1);
    fs::create_directories(folder_);
  }
  ~DockerSocket() override {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name, value->c_str(), 1);
      } else {
        ::unsetenv(name);
      }
    }
    fs::remove_all(folder_);
  }
  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  fs::path folder_;
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

TEST_F(DockerSocket, IsTheCommonOneTheContextsOrTheVariables) {
  EXPECT_EQ(docker_socket().value(), "/var/run/docker.sock");
  write("config.json", R"({"currentContext": "mine"})");
  EXPECT_FALSE(docker_socket());  // there is no such context
  write("contexts/meta/" + sha256("mine") + "/meta.json",
        R"({"Endpoints": {"docker": {"Host": "unix:///run/mine.sock"}}})");
  EXPECT_EQ(docker_socket().value(), "/run/mine.sock");
  ::setenv("DOCKER_CONTEXT", "default", 1);
  EXPECT_EQ(docker_socket().value(), "/var/run/docker.sock");
  ::setenv("DOCKER_HOST", "unix:///run/other.sock", 1);
  EXPECT_EQ(docker_socket().value(), "/run/other.sock");
  ::setenv("DOCKER_HOST", "tcp://192.0.2.1:2375", 1);
  const auto far = docker_socket();
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().code, ExitCode::environment);
}

TEST(PercentEncoded, LeavesOnlyWhatIsSafe) {
  EXPECT_EQ(percent_encoded("a-B_1.~ {\"x\":[/]}"), "a-B_1.~%20%7B%22x%22%3A%5B%2F%5D%7D");
}

}  // namespace
}  // namespace shootout::launch
