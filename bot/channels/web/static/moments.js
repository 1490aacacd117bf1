// Days and times on the utility's own clock, wherever the reader is.

const timeZone = document.body.dataset.zone;
const hours = new Intl.DateTimeFormat("zh-CN", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const days = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });

export const timeLabel = (at) => hours.format(new Date(at));

export function dayLabel(at) {
  const day = days.format(new Date(at));
  const today = days.format(new Date());
  if (day === today) return "今天";
  const [year, month, date] = day.split("-").map(Number);
  const weekday = "日一二三四五六"[new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  const label = `${month}月${date}日 星期${weekday}`;
  return day.slice(0, 4) === today.slice(0, 4) ? label : `${year}年${label}`;
}
