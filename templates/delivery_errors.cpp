#include "templates/delivery_errors.hpp"

#include <algorithm>
#include <array>

namespace peyk::templates {
namespace {

struct Row {
  std::string_view code, en, fa;
};
constexpr std::array kErrors{
    Row{"1", "no such subscriber", "مشترکی با این شماره نیست"},
    Row{"5", "the network does not know this subscriber",
        "شبکه این مشترک را نمی‌شناسد"},
    Row{"6", "phone off or out of reach", "گوشی خاموش یا بیرون از پوشش است"},
    Row{"7", "unknown equipment", "دستگاه ناشناخته است"},
    Row{"8", "roaming not allowed", "رومینگ مجاز نیست"},
    Row{"9", "subscriber is barred by the network", "شبکه این مشترک را راه نمی‌دهد"},
    Row{"10", "service not provided to this subscriber", "این مشترک این سرویس را ندارد"},
    Row{"11", "SMS not provided to this subscriber", "این مشترک سرویس پیامک ندارد"},
    Row{"12", "phone is barred by the network", "شبکه این گوشی را راه نمی‌دهد"},
    Row{"13", "messages to this subscriber are barred", "پیام به این مشترک بسته است"},
    Row{"21", "the network cannot do this", "شبکه این کار را پشتیبانی نمی‌کند"},
    Row{"27", "phone off or out of reach", "گوشی خاموش یا بیرون از پوشش است"},
    Row{"28", "phone cannot take such messages", "گوشی این نوع پیام را نمی‌پذیرد"},
    Row{"31", "phone is busy with another message", "گوشی سرگرم پیام دیگری است"},
    Row{"32", "phone refused the message: its memory may be full",
        "گوشی پیام را نپذیرفت؛ شاید حافظه‌اش پر است"},
    Row{"33", "too many messages wait for this phone",
        "پیام‌های زیادی در انتظار این گوشی است"},
    Row{"34", "fault in the mobile network", "خطا در شبکهٔ تلفن همراه"},
    Row{"35", "the network missed something in the message",
        "شبکه داده‌ای را در پیام نیافت"},
    Row{"36", "the network did not understand the message", "شبکه پیام را نفهمید"},
    Row{"44", "the number has changed", "شماره عوض شده است"},
};
constexpr std::array kStates{
    Row{"queued", "queued", "در صف"},
    Row{"submitted", "submitted", "فرستاده شد"},
    Row{"delivered", "delivered", "رسید"},
    Row{"failed", "failed", "نرسید"},
    Row{"expired", "expired", "مهلتش گذشت"},
    Row{"unknown", "sent, but nobody knows whether the carrier took it",
        "فرستاده شد، شاید به اپراتور نرسیده باشد"},
};

template <std::size_t N>
const Row* find(const std::array<Row, N>& rows, std::string_view code) {
  const auto row = std::find_if(rows.begin(), rows.end(), [code](const Row& r) { return r.code == code; });
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

std::string_view delivery_error_words(std::string_view code, Language language) {
  code.remove_prefix(std::min(code.find_first_not_of('0'), code.size()));
  const Row* row = find(kErrors, code);
  if (row == nullptr) return {};
  return language == Language::fa ? row->fa : row->en;
}

std::string_view delivery_state_words(std::string_view state, Language language) {
  const Row* row = find(kStates, state);
  if (row == nullptr) return state;
  return language == Language::fa ? row->fa : row->en;
}

}  // namespace peyk::templates
