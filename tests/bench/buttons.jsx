// react-share's six buttons as its README shows them.
import { createRoot } from 'react-dom/client'
import {
  EmailIcon, EmailShareButton, FacebookIcon, FacebookShareButton, LinkedinIcon, LinkedinShareButton,
  TelegramIcon, TelegramShareButton, TwitterIcon, TwitterShareButton, WhatsappIcon, WhatsappShareButton
} from 'react-share'

const channels = [
  [FacebookShareButton, FacebookIcon],
  [TwitterShareButton, TwitterIcon],
  [WhatsappShareButton, WhatsappIcon],
  [TelegramShareButton, TelegramIcon],
  [LinkedinShareButton, LinkedinIcon],
  [EmailShareButton, EmailIcon]
]

createRoot(document.getElementById('buttons')).render(
  channels.map(([Button, Icon], index) => (
    <Button key={index} url={location.href} title={document.title}><Icon size={40} round /></Button>
  ))
)
