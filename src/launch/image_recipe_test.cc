#include "launch/image_recipe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "launch/tar_archive.h"

namespace shootout::launch {
namespace {

namespace fs = std::filesystem;

class ImageRecipeTest : public ::testing::Test {
 protected:
  ImageRecipeTest() : folder_(fs::temp_directory_path() / ("recipe-" + std::to_string(::getpid()))) {
    write("mine/app.py", "print(1)\n");
    write("mine/requirements.txt", "flask==3\n");
    write("mine/contender.yaml", "title: x\n");
    contender_.name = "Mine";
    contender_.folder = folder_ / "mine";
    contender_.command = {"python", "app.py"};
    contender_.environment.python = "requirements.txt";
  }
  ~ImageRecipeTest() override { fs::remove_all(folder_); }
  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  [[nodiscard]] std::string tag(const ImageOptions& options = {}) const {
    const auto recipe = image_recipe_of(contender_, options);
    EXPECT_TRUE(recipe) << recipe.error().what;
    return recipe ? recipe->tag : "";
  }

  fs::path folder_;
  suite::Contender contender_;
};

TEST_F(ImageRecipeTest, ItsTagIsItsContents) {
  const auto first = tag();
  EXPECT_TRUE(first.starts_with("shootout/mine:")) << first;
  EXPECT_EQ(tag(), first);
  write("mine/contender.yaml", "title: another\n");  // settings are the container's, not the image's
  EXPECT_EQ(tag(), first);
  write("mine/app.py", "print(2)\n");
  const auto second = tag();
  EXPECT_NE(second, first);
  ImageOptions other;
  other.base_image = "debian:13-slim";
  EXPECT_NE(tag(other), second);
  contender_.environment.packages = {"nginx"};
  EXPECT_NE(tag(), second);
}

TEST_F(ImageRecipeTest, FoldersThatItsCommandsNameAreInIt) {
  write("beside/shared.py", "shared = 1\n");
  const auto alone = image_recipe_of(contender_, {});
  contender_.command.emplace_back("../beside");
  const auto both = image_recipe_of(contender_, {});
  ASSERT_TRUE(alone && both);
  EXPECT_FALSE(alone->context.contains("beside/shared.py"));
  EXPECT_TRUE(both->context.contains("beside/shared.py"));
}

TEST_F(ImageRecipeTest, ShootoutIsInItWhereItIsCalled) {
  EXPECT_FALSE(calls_shootout(contender_));
  contender_.command = {"{shootout}", "upstream"};
  EXPECT_TRUE(calls_shootout(contender_));
  const auto recipe = image_recipe_of(contender_, {});
  ASSERT_TRUE(recipe) << recipe.error().what;
  EXPECT_TRUE(recipe->context.contains(".shootout/libc.so.6"));
  EXPECT_TRUE(recipe->context.contains(".shootout/loader"));
}

TEST_F(ImageRecipeTest, CertificatesAreGivenAsOneText) {
  write("authorities/b.crt", "B\n");
  write("authorities/a.crt", "A");
  write("authorities/note.txt", "N");
  ImageOptions options;
  options.certificates = folder_ / "authorities";
  const auto recipe = image_recipe_of(contender_, options);
  ASSERT_TRUE(recipe) << recipe.error().what;
  EXPECT_EQ(recipe->arguments.at("CERTIFICATES"), "A\nB\n");
  options.certificates = folder_ / "mine";
  EXPECT_FALSE(image_recipe_of(contender_, options));
}

TEST(ShellWords, AreReadBackAsTheyWere) {
  EXPECT_EQ(shell_words({"a b", "it's", "$x"}), "'a b' 'it'\\''s' '$x'");
}

TEST(TarArchive, IsReadByTar) {
  const auto folder = fs::temp_directory_path() / ("tar-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string deep = std::string(60, 'd') + "/" + std::string(90, 'f');
  TarArchive archive;
  ASSERT_TRUE(archive.add("short", std::string(513, 'x'), true));
  ASSERT_TRUE(archive.add(deep, "deep"));
  EXPECT_FALSE(archive.add(std::string(120, 'n'), ""));
  std::ofstream(folder / "a.tar") << archive.take();
  ASSERT_EQ(std::system(("tar -xf " + (folder / "a.tar").string() + " -C " + folder.string()).c_str()), 0);
  EXPECT_EQ(fs::file_size(folder / "short"), 513U);
  EXPECT_EQ(fs::file_size(folder / deep), 4U);
  EXPECT_EQ(::access((folder / "short").c_str(), X_OK), 0);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace shootout::launch
